// certificates makes a throw-away authority with a server's and a client's certificate, for an etcd with TLS:
//
//	certificates <directory> <host or address>...    ca.pem, server.pem, server-key.pem, client.pem, client-key.pem
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: certificates <directory> <host or address>...")
		os.Exit(2)
	}
	directory, hosts := os.Args[1], os.Args[2:]
	fail(os.MkdirAll(directory, 0o700))
	authority := template("testbed-ca", 1)
	authority.IsCA, authority.BasicConstraintsValid, authority.KeyUsage = true, true, x509.KeyUsageCertSign
	key := newKey()
	write(directory, "ca.pem", "CERTIFICATE", sign(authority, authority, key, key))
	for i, name := range []string{"server", "client"} {
		leaf := template("testbed-"+name, int64(i+2))
		// etcd's servers are also each other's clients.
		leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
		for _, host := range hosts {
			if address := net.ParseIP(host); address != nil {
				leaf.IPAddresses = append(leaf.IPAddresses, address)
			} else {
				leaf.DNSNames = append(leaf.DNSNames, host)
			}
		}
		own := newKey()
		write(directory, name+".pem", "CERTIFICATE", sign(leaf, authority, own, key))
		encoded, err := x509.MarshalPKCS8PrivateKey(own)
		fail(err)
		write(directory, name+"-key.pem", "PRIVATE KEY", encoded)
	}
}

func template(name string, serial int64) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fail(err)
	return key
}

func sign(certificate, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) []byte {
	raw, err := x509.CreateCertificate(rand.Reader, certificate, parent, &key.PublicKey, parentKey)
	fail(err)
	return raw
}

func write(directory, name, kind string, content []byte) {
	fail(os.WriteFile(filepath.Join(directory, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
