package images

import (
	"reflect"
	"strings"
	"testing"
)

func TestFirstMatchHolds(t *testing.T) {
	table, err := Parse([]byte(`{"images":[
		{"match":"milvusdb/etcd:","entrypoint":["/usr/local/bin/etcd"],"cmd":["--debug"]},
		{"match":".*","mode":"simulated","exitAfter":"2s","initialDelay":"0s"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	etcd, found := table.Find("docker.io/milvusdb/etcd:3.5.0-r3")
	if !found || etcd.Mode != Process {
		t.Fatalf("etcd: %+v", etcd)
	}
	other, _ := table.Find("minio/minio:1")
	if length, ends := other.Lifetime(); other.Mode != Simulated || !ends || length.Seconds() != 2 {
		t.Fatalf("other: %+v", other)
	}
	if etcd.ProbeDelay(7).Seconds() != 7 || other.ProbeDelay(7) != 0 {
		t.Errorf("%v %v", etcd.ProbeDelay(7), other.ProbeDelay(7))
	}
	for _, c := range []struct{ command, args, want []string }{
		{nil, nil, []string{"/usr/local/bin/etcd", "--debug"}},
		{nil, []string{"-a"}, []string{"/usr/local/bin/etcd", "-a"}},
		{[]string{"sh"}, []string{"-c", "x"}, []string{"sh", "-c", "x"}},
		{[]string{"sh"}, nil, []string{"sh"}},
	} {
		if got := etcd.CommandLine(c.command, c.args); !reflect.DeepEqual(got, c.want) {
			t.Errorf("command %v args %v: %v, want %v", c.command, c.args, got, c.want)
		}
	}
}

func TestMistakesAreRefused(t *testing.T) {
	for _, text := range []string{
		`{"images":[{"match":"("}]}`,
		`{"images":[{"match":"a","mode":"docker"}]}`,
		`{"images":[{"match":"a","pull":"soon"}]}`,
		`{"images":[{"match":"a","readyAfter":"1 s"}]}`,
		`{"images":[{"match":"a","initialDelay":"none"}]}`,
		`{"images":{}}`,
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("accepted: %s", text)
		} else if strings.TrimSpace(err.Error()) == "" {
			t.Errorf("no reason: %s", text)
		}
	}
}
