package volumes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type objects struct{}

func (objects) ConfigMap(name string) (*corev1.ConfigMap, error) {
	if name != "config" {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "configmaps"}, name)
	}
	return &corev1.ConfigMap{Data: map[string]string{"milvus.yaml": "path: /var/lib/milvus", "user.yaml": "{}"}}, nil
}

func (objects) Secret(string) (*corev1.Secret, error) {
	return &corev1.Secret{Data: map[string][]byte{"backup.yaml": []byte("x"), "key": {0xff, 0xfe}}}, nil
}

func config(name string, optional bool) corev1.VolumeSource {
	return corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: name}, Optional: &optional}}
}

func fileSystem(t *testing.T, volumes ...corev1.Volume) Container {
	root := t.TempDir()
	return Container{
		Root: filepath.Join(root, "root"), PodDirectory: filepath.Join(root, "pod"), HostDirectory: filepath.Join(root, "host"),
		Pod:     &corev1.Pod{Spec: corev1.PodSpec{Volumes: volumes}},
		Sources: objects{},
		ClaimDirectory: func(claim string) (string, error) {
			return filepath.Join(root, "claims", claim), nil
		},
		Change: func(text string) string { return strings.ReplaceAll(text, "/var/lib/milvus", "/elsewhere") },
		Lookup: func(name string) (string, bool) { return "sub-" + name, true },
	}
}

func content(t *testing.T, c Container, path string) string {
	t.Helper()
	text, err := os.ReadFile(c.Root + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestVolumesLieAtTheirPaths(t *testing.T) {
	mode := int32(0o400)
	c := fileSystem(t,
		corev1.Volume{Name: "config", VolumeSource: config("config", false)},
		corev1.Volume{Name: "secret", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s", DefaultMode: &mode}}},
		corev1.Volume{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "milvus"}}},
		corev1.Volume{Name: "tools", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
	)
	program := filepath.Join(t.TempDir(), "run.sh")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	container := &corev1.Container{VolumeMounts: []corev1.VolumeMount{
		{Name: "config", MountPath: "/milvus/configs/milvus.yaml", SubPath: "milvus.yaml"},
		{Name: "tools", MountPath: "/milvus"},
		{Name: "secret", MountPath: "/milvus/configs/secret/"},
		{Name: "data", MountPath: "/data", SubPath: "a/b"},
		{Name: "data", MountPath: "/all"},
		{Name: "data", MountPath: "/expr", SubPathExpr: "$(NAME)"},
	}}
	for range 2 { // a container that starts again finds the same
		if err := c.Make(container, map[string]string{"/milvus/bin/run.sh": program}, []string{"/var/lib/x"}); err != nil {
			t.Fatal(err)
		}
	}
	if text := content(t, c, "/milvus/configs/milvus.yaml"); text != "path: /elsewhere" {
		t.Error(text)
	}
	if text := content(t, c, "/milvus/configs/secret/key"); text != "\xff\xfe" {
		t.Errorf("%q", text)
	}
	if info, _ := os.Stat(c.Root + "/milvus/configs/secret/key"); info.Mode().Perm() != 0o400 {
		t.Error(info.Mode())
	}
	if _, err := os.Stat(c.Root + "/milvus/configs/user.yaml"); !os.IsNotExist(err) {
		t.Error("a subPath brings one file alone", err)
	}
	if err := os.WriteFile(c.Root+"/data/f", []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Make(container, nil, nil); err != nil {
		t.Fatal(err)
	}
	if text := content(t, c, "/all/a/b/f"); text != "kept" {
		t.Error(text)
	}
	if _, err := os.Stat(c.Root + "/expr/"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsMissing(t *testing.T) {
	mount := &corev1.Container{VolumeMounts: []corev1.VolumeMount{{Name: "v", MountPath: "/v"}}}
	if err := fileSystem(t, corev1.Volume{Name: "v", VolumeSource: config("none", false)}).Make(mount, nil, nil); err == nil {
		t.Error("mounted a ConfigMap that is not there")
	}
	c := fileSystem(t, corev1.Volume{Name: "v", VolumeSource: config("none", true)})
	if err := c.Make(mount, nil, nil); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(c.Root + "/v"); err != nil || len(entries) != 0 {
		t.Error(entries, err)
	}
	if err := fileSystem(t).Make(mount, nil, nil); err == nil {
		t.Error("mounted a volume that the pod does not have")
	}
}
