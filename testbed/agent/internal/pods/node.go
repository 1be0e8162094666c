// Package pods runs the pods of a node as processes and reports on them, as a kubelet does.
package pods

import (
	"path/filepath"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/record"

	"testbed/agent/internal/names"
	"testbed/agent/internal/processes"
)

// Node is what the pods of a node share.
type Node struct {
	Name string
	// HostIP is the node's address; MachineIP the one that a program finds when it looks for its own.
	HostIP, MachineIP string
	// Directory is this node's own; Volumes is shared with the other nodes of the set, as network storage is.
	Directory, Volumes string
	// Images is the file with the image table.
	Images    string
	Client    kubernetes.Interface
	Names     *names.Book
	Events    record.EventRecorder
	Processes *processes.Record
}

func (n *Node) podDirectory(uid types.UID) string {
	return filepath.Join(n.Directory, "pods", string(uid))
}
