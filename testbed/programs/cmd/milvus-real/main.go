// milvus-real runs the real Milvus 2.1.0 as the standalone pod of a release: it takes etcd, root path and sub-paths from the pod's
// configuration, gives it local storage and ports of its own, and becomes the process that runs it. What is different from the image: object
// storage is a directory, the message queue is RocksMQ, and segments are indexed from 256 rows on.
//
// MILVUS_HOME is the installation (testbed/milvus-2.1.js), MILVUS_PYTHON its Python. MILVUSCONF is the directory of milvus.yaml, MILVUS_DATA that
// of the pod's volume. Ports 9091 and 19530 are at POD_IP; the address in its session keys is the machine's, whatever POD_IP is.
package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"testbed/programs/internal/pod"
	"testbed/programs/internal/settings"
	"testbed/programs/internal/store"
)

func main() {
	home := os.Getenv("MILVUS_HOME")
	// The volume's own path is the same for every pod that has it.
	data, err := filepath.EvalSymlinks(os.Getenv("MILVUS_DATA"))
	fail(err)
	data, err = filepath.Abs(data)
	fail(err)
	configuration, err := settings.Configuration()
	fail(err)
	work := filepath.Join(data, "process")
	fail(os.MkdirAll(filepath.Join(work, "e-milvus", "configs"), 0o755))
	own, err := os.ReadFile(filepath.Join(home, "embedded-milvus.yaml"))
	fail(err)
	ports, err := freePorts(11)
	fail(err)
	file, err := configure(own, configuration, data, ports)
	fail(err)
	fail(os.WriteFile(filepath.Join(work, "e-milvus", "configs", "embedded-milvus.yaml"), file, 0o644))
	fail(os.Chdir(work))
	library := filepath.Join(home, "lib", "embd-milvus.so")
	var env []string
	for _, variable := range os.Environ() {
		// Milvus would take some of these, and none is meant for it.
		if !strings.HasPrefix(variable, "ETCD_") && !strings.HasPrefix(variable, "MINIO_") && !strings.HasPrefix(variable, "LD_") {
			env = append(env, variable)
		}
	}
	env = append(env,
		"LD_PRELOAD="+library, "LD_LIBRARY_PATH="+filepath.Join(home, "lib"), "MILVUS_LIBRARY="+library,
		fmt.Sprintf("METRICS_PORT=%d", ports[0]),
		fmt.Sprintf("MILVUS_FORWARD=%s:9091=%d,%s:19530=%d", pod.IP(), ports[0], pod.IP(), ports[1]),
		"PYTHONUNBUFFERED=1",
	)
	pod.Exec("MILVUS_PYTHON", "python3", []string{filepath.Join(home, "server.py")}, env)
}

type tree = map[string]any

// configure changes the package's own configuration.
func configure(own []byte, configuration settings.Settings, data string, ports []int) ([]byte, error) {
	var all tree
	if err := yaml.Unmarshal(own, &all); err != nil {
		return nil, err
	}
	root, meta, _ := cutLast(store.MetaRoot(configuration))
	etcd := tree{
		"endpoints": configuration.List("etcd.endpoints"), "rootPath": root, "metaSubPath": meta,
		"kvSubPath": configuration.Get("etcd.kvSubPath", "kv"),
		"use":       tree{"embed": false}, "log": tree{"path": "stdout", "level": "warn"}, "data": tree{"dir": filepath.Join(data, "etcd")},
	}
	if configuration.Bool("etcd.ssl.enabled") {
		etcd["ssl"] = tree{
			"enabled": true, "tlsCert": configuration.Get("etcd.ssl.tlsCert", ""), "tlsKey": configuration.Get("etcd.ssl.tlsKey", ""),
			"tlsCACert": configuration.Get("etcd.ssl.tlsCACert", ""), "tlsMinVersion": configuration.Get("etcd.ssl.tlsMinVersion", "1.3"),
		}
	}
	all["etcd"] = etcd
	set(all, filepath.Join(data, "objects")+"/", "localStorage", "path") // the chart mounts something else at "data"
	set(all, filepath.Join(data, "rdb_data"), "rocksmq", "path")
	set(all, "", "log", "file", "rootPath")
	set(all, 256, "rootCoord", "minSegmentSizeToEnableIndex")
	set(all, ports[1], "proxy", "port")
	set(all, ports[2], "proxy", "internalPort")
	set(all, ports[3], "proxy", "http", "port")
	set(all, false, "proxy", "http", "enabled")
	for i, section := range []string{"rootCoord", "queryCoord", "indexCoord", "dataCoord", "queryNode", "indexNode", "dataNode"} {
		set(all, ports[4+i], section, "port")
	}
	return yaml.Marshal(all)
}

func set(all tree, value any, path ...string) {
	for _, name := range path[:len(path)-1] {
		below, ok := all[name].(tree)
		if !ok {
			below = tree{}
			all[name] = below
		}
		all = below
	}
	all[path[len(path)-1]] = value
}

func cutLast(path string) (before, last string, found bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// freePorts are below what the system uses for outgoing connections.
func freePorts(count int) ([]int, error) {
	var found []int
	for port := 20_000 + os.Getpid()%10_000; len(found) < count; port++ {
		if port > 32_000 {
			return nil, fmt.Errorf("no %d free ports", count)
		}
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err == nil {
			_ = listener.Close()
			found = append(found, port)
		}
	}
	return found, nil
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
