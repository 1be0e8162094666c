// Package store opens etcd as a configuration of Milvus says.
package store

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"testbed/programs/internal/settings"
)

// MetaRoot is rootPath/metaSubPath, with Milvus's own defaults.
func MetaRoot(s settings.Settings) string {
	return path.Join(s.Get("etcd.rootPath", "by-dev"), s.Get("etcd.metaSubPath", "meta"))
}

// Open makes a client; nothing is asked of the servers yet. There is no way to give a user and a password, as in Milvus before 2.3.7.
func Open(s settings.Settings) (*clientv3.Client, error) {
	config := clientv3.Config{
		Endpoints:   s.List("etcd.endpoints"),
		DialTimeout: 5 * time.Second,
		Logger:      zap.NewNop(),
	}
	if len(config.Endpoints) == 0 {
		return nil, errors.New("key not found: etcd.endpoints")
	}
	if s.Bool("etcd.ssl.enabled") {
		var err error
		if config.TLS, err = tlsConfig(s); err != nil {
			return nil, err
		}
	}
	return clientv3.New(config)
}

var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func tlsConfig(s settings.Settings) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(s.Get("etcd.ssl.tlsCert", ""), s.Get("etcd.ssl.tlsKey", ""))
	if err != nil {
		return nil, fmt.Errorf("load etcd cert key pair error: %w", err)
	}
	authority, err := os.ReadFile(s.Get("etcd.ssl.tlsCACert", ""))
	if err != nil {
		return nil, fmt.Errorf("load etcd CACert file error: %w", err)
	}
	version, ok := tlsVersions[strings.TrimSpace(s.Get("etcd.ssl.tlsMinVersion", "1.3"))]
	if !ok {
		return nil, fmt.Errorf("unknown TLS version,%s", s.Get("etcd.ssl.tlsMinVersion", ""))
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{certificate}, MinVersion: version}, nil
}
