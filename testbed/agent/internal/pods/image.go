package pods

import (
	"crypto/sha256"
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"

	"testbed/agent/internal/images"
)

var tag = regexp.MustCompile(`:[^/:]*$`)

func imageID(image string) string {
	return fmt.Sprintf("%s@sha256:%x", tag.ReplaceAllString(image, ""), sha256.Sum256([]byte(image)))
}

// pull finds the image's row in the table; while there is none, it reports what a kubelet says of an image that is not
// there. False: the pod is to end.
func (c *container) pull() (images.Entry, bool) {
	image := c.spec.Image
	c.pod.event(corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", image))
	for tries := 0; ; tries++ {
		entry, err := c.lookUp()
		if err == nil {
			if !c.pod.pause(entry.PullTime()) {
				return entry, false
			}
			c.pod.event(corev1.EventTypeNormal, "Pulled", fmt.Sprintf("Successfully pulled image %q", image))
			return entry, true
		}
		if tries == 0 {
			message := fmt.Sprintf("failed to pull and unpack image %q: %v", image, err)
			c.waiting("ErrImagePull", message)
			c.pod.event(corev1.EventTypeWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", image, message))
			c.pod.event(corev1.EventTypeWarning, "Failed", "Error: ErrImagePull")
		} else {
			message := fmt.Sprintf("Back-off pulling image %q", image)
			c.waiting("ImagePullBackOff", message+": ErrImagePull: "+err.Error())
			if tries == 1 {
				c.pod.event(corev1.EventTypeNormal, "BackOff", message)
				c.pod.event(corev1.EventTypeWarning, "Failed", "Error: ImagePullBackOff")
			}
		}
		if !c.pod.pause(again) {
			return entry, false
		}
	}
}

func (c *container) lookUp() (images.Entry, error) {
	table, err := images.Read(c.pod.node.Images)
	if err != nil {
		return images.Entry{}, fmt.Errorf("the image table: %w", err)
	}
	entry, found := table.Find(c.spec.Image)
	if !found || entry.NeverPulls() {
		return entry, fmt.Errorf("failed to resolve reference %q: %s: not found", c.spec.Image, c.spec.Image)
	}
	return entry, nil
}
