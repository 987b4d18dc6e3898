package server

import "gpcs/internal/backup"

// configRestore puts an archive of a cluster's configuration back on this node.
func (s *Server) configRestore(c call) answer {
	if s.Cluster.State().Running {
		return failed("Cluster is currently running on this node. You need to stop the cluster in order to restore the configuration.")
	}
	archive, err := backup.Open([]byte(c.Form.Get("tarball")))
	if err != nil {
		return failed("unable to read the tarball: " + err.Error())
	}
	if _, err := archive.Check(); err != nil {
		return failed(err.Error())
	}
	s.files.Lock()
	defer s.files.Unlock()
	if err := archive.Restore(s.Root); err != nil {
		s.Log.Error("the configuration cannot be restored", "err", err)
		return failed("unable to restore the cluster: " + reasonOf(err))
	}
	s.Log.Info("configuration restored from an archive", "user", c.user.Name, "from", c.RemoteAddr)
	return said("Succeeded")
}
