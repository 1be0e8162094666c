// etcdctl-pod is etcdctl as it is in a pod of etcd: without other endpoints it asks the pod itself. It becomes the real etcdctl
// (REAL_ETCDCTL).
package main

import (
	"os"
	"slices"
	"strings"

	"testbed/programs/internal/pod"
)

func main() {
	given := slices.ContainsFunc(os.Args, func(arg string) bool {
		return arg == "--endpoints" || strings.HasPrefix(arg, "--endpoints=")
	})
	env := os.Environ()
	if !given && os.Getenv("ETCDCTL_ENDPOINTS") == "" {
		env = append(env, "ETCDCTL_ENDPOINTS="+pod.IP()+":2379")
	}
	pod.Exec("REAL_ETCDCTL", "etcdctl", os.Args[1:], env)
}
