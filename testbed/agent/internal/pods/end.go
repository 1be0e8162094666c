package pods

import (
	"context"
	"net"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"

	"testbed/agent/internal/images"
	"testbed/agent/internal/process"
)

// wait waits for the end of a start, and brings it about when the pod is to end: preStop, SIGTERM, SIGKILL after the grace.
func (c *container) wait(r *run) process.End {
	if r.entry.Mode == images.Simulated {
		return c.simulate(r)
	}
	select {
	case <-r.process.Done():
	case <-c.pod.stop:
		c.pod.event(corev1.EventTypeNormal, "Killing", "Stopping container "+c.spec.Name)
		c.end(r, c.pod.until)
	}
	r.close()
	c.pod.node.Processes.Remove(r.process.Pid)
	return r.process.End()
}

// end ends a process; the deadline may move while it waits.
func (c *container) end(r *run, deadline func() time.Time) {
	if hook := c.spec.Lifecycle; hook != nil && hook.PreStop != nil {
		c.preStop(r, hook.PreStop, deadline())
	}
	r.process.Signal(syscall.SIGTERM)
	for {
		left := time.Until(deadline())
		if left <= 0 {
			r.process.Kill()
			<-r.process.Done()
			return
		}
		select {
		case <-r.process.Done():
			return
		case <-time.After(min(left, 50*time.Millisecond)): // the deadline may have come nearer
		}
	}
}

// preStop runs the hook; what it says of itself is not asked for, as with a kubelet.
func (c *container) preStop(r *run, hook *corev1.LifecycleHandler, deadline time.Time) {
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	go func() {
		select {
		case <-r.process.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	var err error
	switch {
	case hook.Exec != nil:
		_, err = r.run(ctx, hook.Exec.Command)
	case hook.HTTPGet != nil:
		err = c.httpGet(ctx, hook.HTTPGet)
	case hook.Sleep != nil:
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(hook.Sleep.Seconds) * time.Second):
		}
	}
	if err != nil {
		c.pod.event(corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed")
	}
}

// simulate lets a container without a process live its time.
func (c *container) simulate(r *run) process.End {
	length, ends := r.entry.Lifetime()
	if !ends {
		ends = c.isInit && !sidecar(*c.spec) || ownedByJob(c.pod.current())
	}
	var over <-chan time.Time
	if ends {
		over = time.After(length)
	}
	select {
	case <-over:
		return process.End{ExitCode: r.entry.ExitCode}
	case <-c.pod.stop:
		return process.End{}
	}
}

func ownedByJob(pod *corev1.Pod) bool {
	for _, owner := range pod.OwnerReferences {
		if owner.Kind == "Job" {
			return true
		}
	}
	return false
}

// onHost: the pod has the machine's address, by its spec or because its image wants that.
func onHost(node *Node, pod *corev1.Pod) bool {
	if pod.Spec.HostNetwork {
		return true
	}
	table, err := images.Read(node.Images)
	if err != nil {
		return false
	}
	for _, container := range pod.Spec.Containers {
		if entry, found := table.Find(container.Image); found && entry.Network == "host" {
			return true
		}
	}
	return false
}

// MachineIP is the first address of this machine that is of no use to itself alone, which is what programs take for their
// own; a loopback one if it has no other.
func MachineIP() string {
	addresses, _ := net.InterfaceAddrs()
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.IsGlobalUnicast() && network.IP.To4() != nil {
			return network.IP.String()
		}
	}
	return "127.0.0.1"
}
