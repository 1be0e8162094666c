// Package storage makes volumes for claims of the test bed's storage classes, as a dynamic provisioner does.
package storage

import (
	"context"
	"log"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	// Name is the provisioner that the storage classes name.
	Name          = "testbed/agent"
	selectedNode  = "volume.kubernetes.io/selected-node"
	provisionedBy = "pv.kubernetes.io/provisioned-by"
)

// Provisioner serves the claims that are its own: by the node that was chosen for them, or, where that does not matter,
// by their namespace.
type Provisioner struct {
	Client    kubernetes.Interface
	Directory string
	Node      string
	// Mine tells whether claims of a namespace that need no node are served here.
	Mine func(ctx context.Context, namespace string) bool
}

// Claim makes a volume for a claim that wants one.
func (p Provisioner) Claim(ctx context.Context, claim *corev1.PersistentVolumeClaim) {
	if claim.Spec.VolumeName != "" || claim.Spec.StorageClassName == nil || claim.DeletionTimestamp != nil {
		return
	}
	class, err := p.Client.StorageV1().StorageClasses().Get(ctx, *claim.Spec.StorageClassName, metav1.GetOptions{})
	if err != nil || class.Provisioner != Name {
		return
	}
	node := claim.Annotations[selectedNode]
	if waits(class) && node == "" || node != "" && node != p.Node || node == "" && !p.Mine(ctx, claim.Namespace) {
		return
	}
	if err := os.MkdirAll(p.directory(string(claim.UID)), 0o700); err != nil {
		log.Print(err)
		return
	}
	_, err = p.Client.CoreV1().PersistentVolumes().Create(ctx, volume(claim, class, p.directory(string(claim.UID))), metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		log.Printf("volume for claim %s/%s: %v", claim.Namespace, claim.Name, err)
	}
}

// Volume deletes a volume that is no longer claimed, with what is in it.
func (p Provisioner) Volume(ctx context.Context, volume *corev1.PersistentVolume) {
	if volume.Annotations[provisionedBy] != Name || volume.Status.Phase != corev1.VolumeReleased ||
		volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete || volume.Spec.ClaimRef == nil {
		return
	}
	directory := p.directory(string(volume.Spec.ClaimRef.UID))
	if volume.Spec.HostPath == nil || volume.Spec.HostPath.Path != directory {
		return // of another set of nodes
	}
	if err := os.RemoveAll(directory); err != nil {
		log.Print(err)
		return
	}
	if err := p.Client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		log.Print(err)
	}
}

func (p Provisioner) directory(uid string) string { return filepath.Join(p.Directory, uid) }

func waits(class *storagev1.StorageClass) bool {
	return class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer
}

func volume(claim *corev1.PersistentVolumeClaim, class *storagev1.StorageClass, directory string) *corev1.PersistentVolume {
	reclaim := corev1.PersistentVolumeReclaimDelete
	if class.ReclaimPolicy != nil {
		reclaim = *class.ReclaimPolicy
	}
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: "pvc-" + string(claim.UID), Annotations: map[string]string{provisionedBy: Name}},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:    corev1.ResourceList{corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage]},
			AccessModes: claim.Spec.AccessModes, VolumeMode: claim.Spec.VolumeMode,
			PersistentVolumeReclaimPolicy: reclaim, StorageClassName: class.Name,
			ClaimRef: &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim",
				Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID},
			PersistentVolumeSource: corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: directory}},
		},
	}
}
