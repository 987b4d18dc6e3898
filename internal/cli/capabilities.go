package cli

import "strings"

// capabilities are the names under which playbooks ask what a pcs can do, as
// its capabilities.xml defines them: those whose commands do here what is
// written there. Missing are the update of disks without a restart, and the
// removal of booth's tickets from the CIB when they leave its configuration.
func capabilities() []string { return strings.Fields(capabilityNames) }

const capabilityNames = `
booth booth.enable-authfile.set booth.enable-authfile.unset booth.ticket.cleanup booth.ticket.standby
cluster.config.backup-local cluster.config.restore-cluster cluster.config.restore-local cluster.config.uuid
cluster.create cluster.create.enable cluster.create.local cluster.create.no-keys-sync
cluster.create.separated-name-and-address cluster.create.start cluster.create.start.wait cluster.create.transport.knet
cluster.create.transport.udp-udpu cluster.create.transport.udp-udpu.no-rrp cluster.destroy cluster.destroy.all
cluster.node.rename-cib cluster.node.rename-corosync cluster.rename cluster.report cluster.verify
corosync.authkey.update corosync.config.get corosync.config.get.struct corosync.config.reload
corosync.config.sync-to-local-cluster corosync.config.update corosync.link.add corosync.link.remove
corosync.link.remove.list corosync.link.update corosync.qdevice corosync.qdevice.model.net corosync.quorum
corosync.quorum.device corosync.quorum.device.client.model.net.certificates.local corosync.quorum.device.heuristics
corosync.quorum.device.model.net corosync.quorum.device.model.net.options_tls_and_kaptb
corosync.quorum.set-expected-votes-runtime corosync.quorum.status corosync.quorum.unblock
corosync.totem.block_unlisted_ips corosync.uidgid node.add node.add.enable node.add.separated-name-and-address
node.add.start node.add.start.wait node.attributes node.attributes.output-formats node.attributes.set-list-for-node
node.confirm-off node.fence node.guest node.kill node.maintenance node.maintenance.all node.maintenance.list
node.maintenance.wait node.remote node.remote.onfail-demote node.remove node.remove-from-caches node.remove.list
node.standby node.standby.all node.standby.list node.standby.wait node.start-stop-enable-disable
node.start-stop-enable-disable.all node.start-stop-enable-disable.list node.start-stop-enable-disable.start-wait
node.utilization node.utilization.output-formats node.utilization.set-list-for-node pcmk.acl.enable-disable
pcmk.acl.group pcmk.acl.role pcmk.acl.role.create-with-permissions pcmk.acl.role.delete-with-users-groups
pcmk.acl.user pcmk.alert pcmk.alert.config.output-formats pcmk.cib.checkpoints pcmk.cib.checkpoints.diff pcmk.cib.edit
pcmk.cib.element-description pcmk.cib.get pcmk.cib.get.scope pcmk.cib.roles.promoted-unpromoted pcmk.cib.set
pcmk.constraint.colocation.set pcmk.constraint.colocation.set.options pcmk.constraint.colocation.set.options.influence
pcmk.constraint.colocation.simple pcmk.constraint.colocation.simple.options
pcmk.constraint.colocation.simple.options.influence pcmk.constraint.colocation.simple.options.score
pcmk.constraint.config.output-formats pcmk.constraint.hide-expired pcmk.constraint.location.simple
pcmk.constraint.location.simple.options pcmk.constraint.location.simple.options.score
pcmk.constraint.location.simple.resource-regexp pcmk.constraint.location.simple.rule
pcmk.constraint.location.simple.rule.node-attr-type-number pcmk.constraint.location.simple.rule.options
pcmk.constraint.location.simple.rule.pcmk3-date-options pcmk.constraint.location.simple.rule.rule-as-one-argument
pcmk.constraint.no-autocorrect pcmk.constraint.order.set pcmk.constraint.order.set.options
pcmk.constraint.order.simple pcmk.constraint.order.simple.options pcmk.constraint.ticket.set
pcmk.constraint.ticket.set.options pcmk.constraint.ticket.simple pcmk.constraint.ticket.simple.constraint-id
pcmk.properties.cluster pcmk.properties.cluster.config.output-formats pcmk.properties.cluster.defaults
pcmk.properties.cluster.describe pcmk.properties.cluster.describe.output-formats
pcmk.properties.operation-defaults
pcmk.properties.operation-defaults.config.output-formats pcmk.properties.operation-defaults.multiple
pcmk.properties.operation-defaults.rule pcmk.properties.operation-defaults.rule-rsc-op
pcmk.properties.operation-defaults.rule.hide-expired pcmk.properties.operation-defaults.rule.node-attr-type-number
pcmk.properties.operation-defaults.rule.pcmk3-date-options pcmk.properties.resource-defaults
pcmk.properties.resource-defaults.config.output-formats pcmk.properties.resource-defaults.multiple
pcmk.properties.resource-defaults.rule pcmk.properties.resource-defaults.rule-rsc-op
pcmk.properties.resource-defaults.rule.hide-expired pcmk.properties.resource-defaults.rule.node-attr-type-number
pcmk.properties.resource-defaults.rule.pcmk3-date-options pcmk.resource.ban-move-clear
pcmk.resource.ban-move-clear.bundles pcmk.resource.ban-move-clear.clear-expired pcmk.resource.ban-move-clear.clone
pcmk.resource.bundle pcmk.resource.bundle.container-docker pcmk.resource.bundle.container-docker.promoted-max
pcmk.resource.bundle.container-podman pcmk.resource.bundle.container-podman.promoted-max pcmk.resource.bundle.reset
pcmk.resource.bundle.wait pcmk.resource.cleanup pcmk.resource.cleanup.one-resource pcmk.resource.cleanup.strict
pcmk.resource.clone pcmk.resource.clone.custom-id pcmk.resource.clone.meta-in-create pcmk.resource.clone.wait
pcmk.resource.config.output-formats pcmk.resource.config.show-secrets pcmk.resource.create
pcmk.resource.create.clone.custom-id pcmk.resource.create.group.future pcmk.resource.create.in-existing-bundle
pcmk.resource.create.meta pcmk.resource.create.meta.future pcmk.resource.create.no-master
pcmk.resource.create.operations pcmk.resource.create.operations.onfail-demote pcmk.resource.create.promotable
pcmk.resource.create.promotable.custom-id pcmk.resource.create.wait pcmk.resource.debug pcmk.resource.delete
pcmk.resource.delete.list pcmk.resource.disable.safe pcmk.resource.disable.safe.brief pcmk.resource.disable.safe.tag
pcmk.resource.disable.simulate pcmk.resource.disable.simulate.brief pcmk.resource.disable.simulate.tag
pcmk.resource.enable-disable pcmk.resource.enable-disable.list pcmk.resource.enable-disable.tag
pcmk.resource.enable-disable.wait pcmk.resource.failcount pcmk.resource.group pcmk.resource.group.add-remove-list
pcmk.resource.group.wait pcmk.resource.manage-unmanage pcmk.resource.manage-unmanage.list
pcmk.resource.manage-unmanage.tag pcmk.resource.manage-unmanage.with-monitor pcmk.resource.move.autoclean
pcmk.resource.move.autoclean.default pcmk.resource.promotable pcmk.resource.promotable.custom-id
pcmk.resource.promotable.meta-in-create pcmk.resource.promotable.wait pcmk.resource.refresh
pcmk.resource.refresh.one-resource pcmk.resource.refresh.strict pcmk.resource.relations pcmk.resource.relocate
pcmk.resource.restart pcmk.resource.update pcmk.resource.update-meta pcmk.resource.update-meta.bundle
pcmk.resource.update-meta.list pcmk.resource.update-meta.wait pcmk.resource.update-operations
pcmk.resource.update-operations.onfail-demote pcmk.resource.update.meta pcmk.resource.update.operations
pcmk.resource.update.operations.onfail-demote pcmk.resource.update.wait pcmk.resource.utilization
pcmk.resource.utilization-set-list-for-resource pcmk.stonith.cleanup pcmk.stonith.cleanup.one-resource
pcmk.stonith.cleanup.strict pcmk.stonith.create pcmk.stonith.create.meta pcmk.stonith.create.operations
pcmk.stonith.create.operations.onfail-demote pcmk.stonith.create.wait pcmk.stonith.delete pcmk.stonith.delete.list
pcmk.stonith.enable-disable pcmk.stonith.enable-disable.list pcmk.stonith.enable-disable.wait
pcmk.stonith.history.cleanup pcmk.stonith.history.show pcmk.stonith.history.update pcmk.stonith.levels
pcmk.stonith.levels.add-remove-devices-list pcmk.stonith.levels.add-with-id pcmk.stonith.levels.clear
pcmk.stonith.levels.config.output-formats pcmk.stonith.levels.node-attr pcmk.stonith.levels.node-regexp
pcmk.stonith.levels.verify pcmk.stonith.refresh pcmk.stonith.refresh.one-resource pcmk.stonith.refresh.strict
pcmk.stonith.update pcmk.tag pcmk.tag.output-formats pcmk.tag.resources pcs.auth.client pcs.auth.client.cluster
pcs.auth.client.token pcs.auth.deauth-client pcs.auth.deauth-server pcs.auth.no-bidirectional
pcs.auth.separated-name-and-address pcs.auth.server.token pcs.cfg-in-file.cib pcs.daemon-ssl-cert.set
pcs.daemon-ssl-cert.sync-to-local-cluster pcs.disaster-recovery.essentials pcs.reports.severity.deprecation
pcs.request-timeout pcs.yes-to-confirm-commands resource-agents.describe resource-agents.list
resource-agents.list.detailed resource-agents.ocf.version-1-0 resource-agents.ocf.version-1-1
resource-agents.self-validation sbd sbd.disable.force-flags sbd.option-timeout-action sbd.shared-block-device
status.corosync.membership status.pcmk.query.resource status.pcmk.resources.hide-inactive status.pcmk.resources.id
status.pcmk.resources.node status.pcmk.resources.orphaned status.pcmk.wait status.pcmk.xml stonith-agents.describe
stonith-agents.list stonith-agents.list.detailed stonith-agents.ocf.version-1-0 stonith-agents.ocf.version-1-1
stonith-agents.self-validation
`
