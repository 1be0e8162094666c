package pods

import (
	"context"
	"errors"
	"fmt"
	"io"

	"testbed/agent/internal/process"
)

// run runs a program in the container to its end.
func (r *run) run(ctx context.Context, command []string) (process.End, error) {
	return r.exec(ctx, command, nil, nil, nil)
}

func (r *run) exec(ctx context.Context, command []string, in io.Reader, out, errOut io.Writer) (process.End, error) {
	spec := r.spec(command)
	spec.Stdin, spec.Stdout, spec.Stderr = in, out, errOut
	r.mutex.Lock()
	if r.over {
		r.mutex.Unlock()
		return process.End{}, errors.New("the container has ended")
	}
	started, err := process.Start(spec)
	if err == nil {
		r.execs[started] = true
	}
	r.mutex.Unlock()
	if err != nil {
		return process.End{}, err
	}
	defer func() { r.mutex.Lock(); delete(r.execs, started); r.mutex.Unlock() }()
	select {
	case <-started.Done():
	case <-ctx.Done():
		started.Kill()
		<-started.Done()
	}
	return started.End(), ctx.Err()
}

// close ends what was started in the container beside its first process.
func (r *run) close() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.over = true
	for process := range r.execs {
		process.Kill()
	}
}

// Exec runs a program in a running container (the first one if none is named). It goes on when the caller is gone, as
// with a container runtime.
func (p *Pod) Exec(name string, command []string, in io.Reader, out, errOut io.Writer) (int, error) {
	c := p.find(name)
	if c == nil {
		return 0, fmt.Errorf("container %s is not in pod %s", name, p.name)
	}
	c.mutex.Lock()
	r := c.now
	running := c.state.Running != nil
	c.mutex.Unlock()
	if r == nil || !running {
		return 0, fmt.Errorf("container not found (%q)", c.spec.Name)
	}
	end, err := r.exec(context.Background(), command, in, out, errOut)
	return end.ExitCode, err
}

// LogFile gives the file with a container's output, how its lines are to be shown, and whether more may come.
func (p *Pod) LogFile(name string, previous bool) (file string, show func(string) string, more func() bool, err error) {
	c := p.find(name)
	if c == nil {
		return "", nil, nil, fmt.Errorf("container %s is not in pod %s", name, p.name)
	}
	status := c.status()
	if status.ContainerID == "" {
		return "", nil, nil, fmt.Errorf("container %q in pod %q is waiting to start: %s", c.spec.Name, p.name, waitReason(status.State.Waiting))
	}
	if previous && status.RestartCount == 0 {
		return "", nil, nil, fmt.Errorf("previous terminated container %q in pod %q not found", c.spec.Name, p.name)
	}
	root := c.pod.containerDirectory(c.spec.Name) + "/root"
	return c.logFile(previous), shorten(root), func() bool { return !previous && c.ended() == nil && !p.isOver() }, nil
}

func (p *Pod) isOver() bool {
	select {
	case <-p.over:
		return true
	default:
		return false
	}
}
