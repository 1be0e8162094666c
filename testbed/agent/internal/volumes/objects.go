package volumes

import (
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"

	"testbed/agent/internal/environment"
)

const defaultMode int32 = 0o644

// files gives the files of a ConfigMap, Secret, downward API or projected volume. A projected service account token is
// left out: the test bed's pods have no accounts.
func (c Container) files(volume corev1.Volume) (map[string]file, error) {
	files := map[string]file{}
	switch {
	case volume.ConfigMap != nil:
		source := volume.ConfigMap
		return files, c.configMap(files, source.Name, source.Items, source.DefaultMode, source.Optional)
	case volume.Secret != nil:
		source := volume.Secret
		return files, c.secret(files, source.SecretName, source.Items, source.DefaultMode, source.Optional)
	case volume.DownwardAPI != nil:
		return files, c.downward(files, volume.DownwardAPI.Items, volume.DownwardAPI.DefaultMode)
	case volume.Projected != nil:
		return files, c.projected(files, volume.Projected)
	}
	return nil, fmt.Errorf("the node agent knows no volumes of this kind")
}

func (c Container) projected(files map[string]file, volume *corev1.ProjectedVolumeSource) error {
	for _, source := range volume.Sources {
		var err error
		switch {
		case source.ConfigMap != nil:
			err = c.configMap(files, source.ConfigMap.Name, source.ConfigMap.Items, volume.DefaultMode, source.ConfigMap.Optional)
		case source.Secret != nil:
			err = c.secret(files, source.Secret.Name, source.Secret.Items, volume.DefaultMode, source.Secret.Optional)
		case source.DownwardAPI != nil:
			err = c.downward(files, source.DownwardAPI.Items, volume.DefaultMode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c Container) configMap(files map[string]file, name string, items []corev1.KeyToPath, mode *int32, may *bool) error {
	object, err := c.Sources.ConfigMap(name)
	if err != nil {
		return optional(may, err)
	}
	data := map[string][]byte{}
	for key, value := range object.Data {
		data[key] = []byte(value)
	}
	for key, value := range object.BinaryData {
		data[key] = value
	}
	return pick(files, data, items, mode, may)
}

func (c Container) secret(files map[string]file, name string, items []corev1.KeyToPath, mode *int32, may *bool) error {
	object, err := c.Sources.Secret(name)
	if err != nil {
		return optional(may, err)
	}
	return pick(files, object.Data, items, mode, may)
}

func (c Container) downward(files map[string]file, items []corev1.DownwardAPIVolumeFile, mode *int32) error {
	for _, item := range items {
		if item.FieldRef == nil {
			return fmt.Errorf("the node agent knows only fields, no resources, in a downward API volume")
		}
		value, err := environment.Field(c.Pod, item.FieldRef.FieldPath)
		if err != nil {
			return err
		}
		files[item.Path] = file{[]byte(value), permissions(item.Mode, mode)}
	}
	return nil
}

func pick(files map[string]file, data map[string][]byte, items []corev1.KeyToPath, mode *int32, may *bool) error {
	if len(items) == 0 {
		for key, value := range data {
			files[key] = file{value, permissions(nil, mode)}
		}
		return nil
	}
	for _, item := range items {
		value, found := data[item.Key]
		if !found {
			if may != nil && *may {
				continue
			}
			return fmt.Errorf("references non-existent key: %s", item.Key)
		}
		files[item.Path] = file{value, permissions(item.Mode, mode)}
	}
	return nil
}

func permissions(modes ...*int32) os.FileMode {
	for _, mode := range modes {
		if mode != nil {
			return os.FileMode(*mode) & os.ModePerm
		}
	}
	return os.FileMode(defaultMode)
}
