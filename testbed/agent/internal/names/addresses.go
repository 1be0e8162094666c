// Package names gives the names of the cluster's Services and pods loopback addresses, and passes on what is sent there.
// It is this machine's cluster DNS and kube-proxy at once, for TCP.
package names

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// Pod gives a loopback address at random: few of the 8 million are in use.
func Pod() string {
	n := rand.Uint32()
	return fmt.Sprintf("127.%d.%d.%d", 2+n%126, n>>8&0xff, 1+(n>>16)%254)
}

// fixed gives a name the same address each time, out of a range that pods do not use; `try` counts collisions.
func fixed(seed, name string, try int) string {
	hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", seed, name, try))
	n := binary.BigEndian.Uint32(hash[:4])
	return fmt.Sprintf("127.%d.%d.%d", 128+n%126, n>>8&0xff, 1+(n>>16)%254)
}
