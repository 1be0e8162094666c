// Package rewrite changes texts that were written for a container (arguments, environment, configuration files) so that
// they hold on this machine, where the container's files lie under one directory and its pod has a loopback address.
package rewrite

import (
	"regexp"
	"sort"
	"strings"
)

// Texts rewrites the texts of one container.
type Texts struct {
	// Root is the directory that stands for the container's /.
	Root string
	// Address of the pod, which takes the place of localhost, 127.0.0.1 and 0.0.0.0; empty: those stay.
	Address string
	// Resolve gives the address behind a name of the cluster. `port` is what follows the name, or "".
	// Bare means that nothing but the name says it is one: it may as well be an ordinary word.
	Resolve func(name, port string, bare bool) (string, bool)

	paths []string
}

// Know adds paths of the container, each with everything below it.
func (t *Texts) Know(paths ...string) {
	for _, path := range paths {
		if path = strings.TrimRight(path, "/"); path != "" {
			t.paths = append(t.paths, path)
		}
	}
	sort.SliceStable(t.paths, func(i, j int) bool { return len(t.paths[i]) > len(t.paths[j]) })
}

// To gives the text as it holds on this machine.
func (t *Texts) To(text string) string { return t.hosts(t.toPaths(text)) }

// From gives a text of this machine (a log line) as it would read in the container.
func (t *Texts) From(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, t.Root+"/", "/"), t.Root, "/")
}

func (t *Texts) toPaths(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if text[i] == '/' && (i == 0 || !partOfPath(text[i-1])) {
			if path := t.pathAt(text[i:]); path != "" {
				out.WriteString(t.Root + path)
				i += len(path)
				continue
			}
		}
		out.WriteByte(text[i])
		i++
	}
	return out.String()
}

func (t *Texts) pathAt(text string) string {
	for _, path := range t.paths {
		if rest, found := strings.CutPrefix(text, path); found && (rest == "" || rest[0] == '/' || !partOfPath(rest[0])) {
			return path
		}
	}
	return ""
}

func partOfPath(c byte) bool {
	return c == '/' || c == '.' || c == '-' || c == '_' || c == '~' ||
		(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
}

var (
	word = regexp.MustCompile(`[A-Za-z0-9_.-]+`)
	port = regexp.MustCompile(`^:(\d{1,5})\b`)
	mask = regexp.MustCompile(`^/\d`)
	// A name alone after one of these is a host: `address: milvus-minio`, `MINIO_HOST=minio`.
	hostKey = regexp.MustCompile(`(?i)(?:address|host|endpoints?)["']?\s*[:=]\s*["']?$`)
)

var own = map[string]bool{"localhost": true, "127.0.0.1": true, "0.0.0.0": true}

func (t *Texts) hosts(text string) string {
	var out strings.Builder
	at := 0
	for _, place := range word.FindAllStringIndex(text, -1) {
		begin, end := place[0], place[1]
		address, found := t.hostAt(text, begin, end)
		if !found {
			continue
		}
		out.WriteString(text[at:begin] + address)
		at = end
	}
	return out.String() + text[at:]
}

func (t *Texts) hostAt(text string, begin, end int) (string, bool) {
	name, before, after := text[begin:end], text[:begin], text[end:]
	afterScheme := strings.HasSuffix(before, "://")
	if strings.HasSuffix(before, "/") && !afterScheme {
		return "", false // a part of a path or of an image name
	}
	if own[name] {
		return t.Address, t.Address != "" && !mask.MatchString(after)
	}
	if t.Resolve == nil {
		return "", false
	}
	number := ""
	if match := port.FindStringSubmatch(after); match != nil {
		number = match[1]
	}
	bare := !afterScheme && !strings.HasSuffix(before, "@") && !(hostKey.MatchString(line(before)) && ends(after))
	return t.Resolve(name, number, bare)
}

// line is the last line of a text.
func line(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

func ends(after string) bool { return after == "" || strings.ContainsAny(after[:1], " \t\r\n\"':,") }
