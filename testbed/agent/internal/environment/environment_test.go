package environment

import (
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type objects struct{}

func (objects) ConfigMap(name string) (*corev1.ConfigMap, error) {
	if name != "config" {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "configmaps"}, name)
	}
	return &corev1.ConfigMap{Data: map[string]string{"A": "a", "B": "b"}}, nil
}

func (objects) Secret(name string) (*corev1.Secret, error) {
	if name != "secret" {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, name)
	}
	return &corev1.Secret{Data: map[string][]byte{"password": []byte("p")}}, nil
}

func secretKey(name, key string, optional bool) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
		LocalObjectReference: corev1.LocalObjectReference{Name: name}, Key: key, Optional: &optional}}
}

func field(path string) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}
}

func TestBuild(t *testing.T) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "milvus-etcd-0", Labels: map[string]string{"app": "etcd"}},
		Status:     corev1.PodStatus{PodIP: "127.5.6.7"},
	}
	container := &corev1.Container{
		Image: "docker.io:5000/milvusdb/milvus:2.1.4",
		EnvFrom: []corev1.EnvFromSource{{Prefix: "C_", ConfigMapRef: &corev1.ConfigMapEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: "config"}}}},
		Env: []corev1.EnvVar{
			{Name: "NAME", ValueFrom: field("metadata.name")},
			{Name: "APP", ValueFrom: field("metadata.labels['app']")},
			{Name: "URL", Value: "http://$(NAME):2379/$(C_B)/$(NOT_SET)/$$(NAME)/$x"},
			{Name: "PASSWORD", ValueFrom: secretKey("secret", "password", false)},
			{Name: "ABSENT", ValueFrom: secretKey("nowhere", "password", true)},
			{Name: "IP", ValueFrom: field("status.podIP")},
			{Name: "CPU", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.cpu"}}},
		},
		Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("1500m")}},
	}
	environment, err := Build(map[string]string{"NAME": "image", "A": "v$(IMAGE_TAG)"}, pod, container, objects{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"IMAGE_TAG=2.1.4", "A=v2.1.4", "NAME=milvus-etcd-0", "C_A=a", "C_B=b", "APP=etcd",
		"URL=http://milvus-etcd-0:2379/b/$(NOT_SET)/$(NAME)/$x", "PASSWORD=p", "IP=127.5.6.7", "CPU=2"}
	if got := environment.List(func(value string) string { return value }); !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for source, says := range map[*corev1.EnvVarSource]string{
		secretKey("secret", "user", false):      "couldn't find key user in Secret",
		secretKey("nowhere", "password", false): `secrets "nowhere" not found`,
		field("status.phase"):                   "unsupported fieldPath",
	} {
		container := &corev1.Container{Env: []corev1.EnvVar{{Name: "X", ValueFrom: source}}}
		if _, err := Build(nil, &corev1.Pod{}, container, objects{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
}
