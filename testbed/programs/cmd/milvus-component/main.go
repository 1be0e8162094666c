// milvus-component stands in for Milvus in the pods of a release: it writes the session keys of its roles with a lease as the real one
// does, answers /healthz on port 9091, waits for the exclusive session of the one before it, and refuses metadata of another version. It
// answers no request of a client.
//
//	milvus-component [/milvus/tools/run-helm.sh] [milvus] run <role> [-rootcoord ...]
//
// Environment: MILVUS_IMAGE_VERSION (the image's tag), MILVUSCONF (directory of milvus.yaml, default.yaml, user.yaml; later ones win),
// POD_IP, ETCD_ENDPOINTS (wins over the files). What a test can ask for is in internal/control: the points are "start", "metadata",
// "registered", "ready", "terminate" (with the words keep-session and ignore); the settings session-ttl, register-attempts, write-ms and
// seed; rules match the labels version, role and pod.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/blang/semver/v4"

	"testbed/programs/internal/control"
	"testbed/programs/internal/session"
	"testbed/programs/internal/settings"
	"testbed/programs/internal/store"
)

func main() {
	role, roles := rolesOf(os.Args[1:])
	version, err := semver.ParseTolerant(os.Getenv("MILVUS_IMAGE_VERSION"))
	if err != nil {
		crash("MILVUS_IMAGE_VERSION: %v", err)
	}
	configuration, err := settings.Configuration()
	if err != nil {
		crash("%v", err)
	}
	c := &component{
		control:       control.New("milvus-component", map[string]string{"version": version.String(), "role": role}),
		configuration: configuration,
		version:       version,
		role:          role,
		roles:         roles,
		address:       os.Getenv("POD_IP"),
	}
	stopped, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	c.serve()
	if err := c.control.At("start"); err != nil {
		crash("%v", err)
	}
	client, err := store.Open(configuration)
	if err != nil {
		crash("%v", err)
	}
	c.registry = session.Registry{Client: client, MetaRoot: store.MetaRoot(configuration)}
	c.come(stopped)
	<-stopped.Done()
	c.leave()
}

var allRoles = []string{"rootcoord", "datacoord", "querycoord", "indexcoord", "datanode", "indexnode", "querynode", "proxy"}

// rolesOf reads `... run rootcoord`, `... run standalone`, `... run mixture -rootcoord -datacoord`.
func rolesOf(args []string) (string, []string) {
	for i, word := range args {
		if word != "run" || i+1 == len(args) {
			continue
		}
		role := args[i+1]
		switch role {
		case "standalone", "embedded":
			return role, allRoles
		case "mixture":
			var roles []string
			for _, flag := range args[i+2:] {
				roles = append(roles, strings.TrimLeft(strings.TrimSuffix(flag, "=true"), "-"))
			}
			return "mixcoord", roles
		}
		return role, []string{role}
	}
	crash("nothing to run in %q", args)
	return "", nil
}

func crash(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "panic: "+format+"\n", values...)
	os.Exit(2)
}

func say(format string, values ...any) { fmt.Printf("[INFO] "+format+"\n", values...) }
