package pods

import (
	"context"
	"fmt"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"testbed/agent/internal/rewrite"
)

// objects reads what a pod refers to.
type objects struct {
	ctx       context.Context
	client    kubernetes.Interface
	namespace string
}

func (o objects) ConfigMap(name string) (*corev1.ConfigMap, error) {
	return o.client.CoreV1().ConfigMaps(o.namespace).Get(o.ctx, name, metav1.GetOptions{})
}

func (o objects) Secret(name string) (*corev1.Secret, error) {
	return o.client.CoreV1().Secrets(o.namespace).Get(o.ctx, name, metav1.GetOptions{})
}

// claim gives the directory behind a bound claim, named after its UID.
func (p *Pod) claim(ctx context.Context, name string) (string, error) {
	claim, err := p.node.Client.CoreV1().PersistentVolumeClaims(p.namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if claim.Status.Phase != corev1.ClaimBound {
		return "", fmt.Errorf("persistentvolumeclaim %q is not bound", name)
	}
	return filepath.Join(p.node.Volumes, string(claim.UID)), nil
}

func (p *Pod) setPrepared() {
	p.mutex.Lock()
	p.prepared = true
	p.mutex.Unlock()
}

func shorten(root string) func(string) string {
	return (&rewrite.Texts{Root: root}).From
}

func waitReason(waiting *corev1.ContainerStateWaiting) string {
	if waiting == nil {
		return "ContainerCreating"
	}
	return waiting.Reason
}
