package rewrite

import "testing"

func texts() *Texts {
	t := &Texts{Root: "/r", Address: "127.9.9.9", Resolve: func(name, port string, bare bool) (string, bool) {
		addresses := map[string]string{"milvus-etcd": "127.1.1.1", "milvus": "127.2.2.2", "milvus-etcd.ns.svc": "127.1.1.1"}
		address, found := addresses[name]
		return address, found && (!bare || port == "2379" || name == "milvus-etcd.ns.svc")
	}}
	t.Know("/milvus/data", "/milvus/bin/meta-migration", "/milvus/data/deep/", "/bitnami/etcd")
	return t
}

func TestTo(t *testing.T) {
	for _, c := range [][2]string{
		{"/milvus/data", "/r/milvus/data"},
		{"/milvus/data/migration.bak", "/r/milvus/data/migration.bak"},
		{"/milvus/database", "/milvus/database"},
		{"/milvus/data-2/x", "/milvus/data-2/x"},
		{"--file=/milvus/data/x", "--file=/r/milvus/data/x"},
		{"cat '/milvus/data/x' > /tmp/y", "cat '/r/milvus/data/x' > /tmp/y"},
		{"/other/milvus/data", "/other/milvus/data"},
		{"a:/milvus/data:/bitnami/etcd", "a:/r/milvus/data:/r/bitnami/etcd"},
		{"http://milvus-etcd:2379", "http://127.1.1.1:2379"},
		{"endpoints: milvus-etcd:2379,localhost:2380", "endpoints: 127.1.1.1:2379,127.9.9.9:2380"},
		{"milvus-etcd-0=http://milvus-etcd.ns.svc:2380", "milvus-etcd-0=http://127.1.1.1:2380"},
		{"milvus-etcd", "milvus-etcd"},
		{"bucketName: milvus", "bucketName: milvus"},
		{"  address: milvus # host", "  address: 127.2.2.2 # host"},
		{"rootPath: milvus\naddress: \"milvus\"", "rootPath: milvus\naddress: \"127.2.2.2\""},
		{"http://0.0.0.0:2379", "http://127.9.9.9:2379"},
		{"allow 0.0.0.0/0", "allow 0.0.0.0/0"},
		{"127.0.0.12:1", "127.0.0.12:1"},
		{"docker.io/milvus:2379", "docker.io/milvus:2379"},
		{"localhost.localdomain", "localhost.localdomain"},
	} {
		if got := texts().To(c[0]); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}

func TestFrom(t *testing.T) {
	if got := texts().From("backup to: /r/milvus/data/migration.bak"); got != "backup to: /milvus/data/migration.bak" {
		t.Error(got)
	}
}
