package node

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Cluster reads for the names.
type Cluster struct{ Client kubernetes.Interface }

// Services of a namespace.
func (c Cluster) Services(ctx context.Context, namespace string) ([]corev1.Service, error) {
	list, err := c.Client.CoreV1().Services(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// Service by its name.
func (c Cluster) Service(ctx context.Context, namespace, name string) (*corev1.Service, error) {
	return c.Client.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
}

// Pods with all these labels.
func (c Cluster) Pods(ctx context.Context, namespace string, labels map[string]string) ([]corev1.Pod, error) {
	selector := metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: labels})
	list, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}
