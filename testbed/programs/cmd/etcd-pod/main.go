// etcd-pod is the entry point of the etcd image (bitnami's form, milvusdb/etcd): it turns the environment of the chart's StatefulSet into
// flags of the real etcd and becomes it.
//
// REAL_ETCD is the real etcd. The data directory is ETCD_DATA_DIR, /bitnami/etcd/data unless it is set. What the image would listen on
// at all addresses, this one listens on at POD_IP. A member advertises what the initial cluster says of it, which is an address that stays.
package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"testbed/programs/internal/pod"
)

// Variables that are flags of etcd: ETCD_A_B is --a-b. Anything else that begins with ETCD_ is of the image's scripts, and etcd would end
// at a variable that a flag has too: so none is passed on.
var flags = []string{
	"NAME", "DATA_DIR", "INITIAL_CLUSTER", "INITIAL_CLUSTER_STATE", "INITIAL_CLUSTER_TOKEN", "INITIAL_ADVERTISE_PEER_URLS",
	"ADVERTISE_CLIENT_URLS", "LISTEN_CLIENT_URLS", "LISTEN_PEER_URLS", "AUTO_COMPACTION_MODE", "AUTO_COMPACTION_RETENTION",
	"QUOTA_BACKEND_BYTES", "HEARTBEAT_INTERVAL", "ELECTION_TIMEOUT", "SNAPSHOT_COUNT", "MAX_TXN_OPS", "MAX_REQUEST_BYTES", "LOG_LEVEL",
	"CERT_FILE", "KEY_FILE", "TRUSTED_CA_FILE", "CLIENT_CERT_AUTH", "AUTO_TLS",
	"PEER_CERT_FILE", "PEER_KEY_FILE", "PEER_TRUSTED_CA_FILE", "PEER_CLIENT_CERT_AUTH", "PEER_AUTO_TLS",
}

func main() {
	values := map[string]string{}
	for _, flag := range flags {
		if value := os.Getenv("ETCD_" + flag); value != "" {
			values[flag] = value
		}
	}
	ip := pod.IP()
	scheme, peerScheme := "http", "http"
	if values["CERT_FILE"] != "" || values["AUTO_TLS"] == "true" {
		scheme = "https"
	}
	if values["PEER_CERT_FILE"] != "" || values["PEER_AUTO_TLS"] == "true" {
		peerScheme = "https"
	}
	defaults := map[string]string{
		"NAME":                        cmp.Or(os.Getenv("MY_POD_NAME"), "default"),
		"DATA_DIR":                    "/bitnami/etcd/data",
		"LISTEN_CLIENT_URLS":          scheme + "://" + ip + ":2379",
		"ADVERTISE_CLIENT_URLS":       scheme + "://" + ip + ":2379",
		"LISTEN_PEER_URLS":            peerScheme + "://" + ip + ":2380",
		"INITIAL_ADVERTISE_PEER_URLS": peerScheme + "://" + ip + ":2380",
		"LOG_LEVEL":                   "warn",
	}
	for flag, value := range defaults {
		values[flag] = cmp.Or(values[flag], value)
	}
	values["INITIAL_CLUSTER"] = cmp.Or(values["INITIAL_CLUSTER"], values["NAME"]+"="+values["INITIAL_ADVERTISE_PEER_URLS"])
	if peer := memberURL(values["INITIAL_CLUSTER"], values["NAME"]); peer != "" {
		values["INITIAL_ADVERTISE_PEER_URLS"] = peer
	}
	// An upgrade says "existing" also to a member that has no data yet where there is only one.
	if !strings.Contains(values["INITIAL_CLUSTER"], ",") {
		values["INITIAL_CLUSTER_STATE"] = "new"
	}
	if err := os.MkdirAll(values["DATA_DIR"], 0o700); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	args := []string{"--unsafe-no-fsync"} // nothing here has to survive the machine
	for _, flag := range flags {
		if value := values[flag]; value != "" {
			args = append(args, "--"+strings.ReplaceAll(strings.ToLower(flag), "_", "-")+"="+value)
		}
	}
	var env []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "ETCD_") {
			env = append(env, variable)
		}
	}
	pod.Exec("REAL_ETCD", "etcd", args, env)
}

func memberURL(cluster, name string) string {
	for _, member := range strings.Split(cluster, ",") {
		if url, found := strings.CutPrefix(member, name+"="); found {
			return url
		}
	}
	return ""
}
