package auth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"time"

	"gpcs/internal/durable"
	"gpcs/internal/paths"
)

// certificateLife is how long a certificate that we make is valid, as pcsd's.
const certificateLife = 3650 * 24 * time.Hour

// LoadCertificate returns the node's certificate. It is made and saved if both
// it and its key are missing, for this host name. One of them alone, or two
// that do not belong together, is an error that says what to do.
func LoadCertificate(root paths.Root, hostname string, now time.Time) (tls.Certificate, error) {
	crt, key := root.Certificate(), root.CertificateKey()
	certPEM, errC := os.ReadFile(crt)
	keyPEM, errK := os.ReadFile(key)
	noC, noK := errors.Is(errC, fs.ErrNotExist), errors.Is(errK, fs.ErrNotExist)
	switch {
	case noC && noK:
		var err error
		if certPEM, keyPEM, err = NewCertificate(hostname, now); err != nil {
			return tls.Certificate{}, err
		}
		// The key first: a crash between the two leaves a state that the next
		// start names, not a certificate without a key that looks whole.
		if err := errors.Join(durable.Write(key, keyPEM, 0o600), durable.Write(crt, certPEM, 0o600)); err != nil {
			return tls.Certificate{}, fmt.Errorf("the TLS certificate cannot be saved: %w", err)
		}
	case noC || noK:
		missing, there := crt, key
		if noK {
			missing, there = key, crt
		}
		return tls.Certificate{}, fmt.Errorf("%s is missing but %s exists: put the missing file back, "+
			"or remove the other one too and a new pair will be made "+
			"(then run 'pcs host auth' for this node again)", missing, there)
	case errC != nil || errK != nil:
		return tls.Certificate{}, fmt.Errorf("the TLS certificate cannot be read: %w", errors.Join(errC, errK))
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s and %s cannot be used together (%w): put a matching pair there, "+
			"or remove both and a new pair will be made (then run 'pcs host auth' for this node again)", crt, key, err)
	}
	return pair, nil
}

// NewCertificate makes a self-signed certificate and its key as pcsd does: RSA
// with 3072 bits, SHA-256, ten years, in PEM.
func NewCertificate(hostname string, now time.Time) (cert, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixMilli()),
		Subject: pkix.Name{Country: []string{"US"}, Province: []string{"MN"}, Locality: []string{"Minneapolis"},
			Organization: []string{"pcsd"}, OrganizationalUnit: []string{"pcsd"}, CommonName: hostname},
		DNSNames:           []string{hostname},
		NotBefore:          now.Add(-time.Hour).UTC(), // clocks of nodes differ
		NotAfter:           now.Add(certificateLife).UTC(),
		SignatureAlgorithm: x509.SHA256WithRSA,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, nil, err
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	key = pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
	return cert, key, nil
}

// Pin returns what is remembered of a certificate: its SHA-256 in hexadecimal.
func Pin(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}
