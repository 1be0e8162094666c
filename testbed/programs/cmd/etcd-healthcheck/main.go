// etcd-healthcheck is the probe of the etcd image, /opt/bitnami/scripts/etcd/healthcheck.sh: is this member healthy?
package main

import (
	"os"

	"testbed/programs/internal/pod"
)

func main() {
	scheme := "http"
	args := []string{"endpoint", "health"}
	if certificate := os.Getenv("ETCD_CERT_FILE"); certificate != "" {
		scheme = "https"
		args = append(args, "--cert="+certificate, "--key="+os.Getenv("ETCD_KEY_FILE"), "--insecure-skip-tls-verify")
	}
	pod.Exec("REAL_ETCDCTL", "etcdctl", append([]string{"--endpoints=" + scheme + "://" + pod.IP() + ":2379"}, args...), nil)
}
