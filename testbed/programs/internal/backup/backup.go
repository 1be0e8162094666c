// Package backup is the file format of the migration tool's backups: an 8-byte little-endian length and a header, then for every
// entry an 8-byte length and a key with its data. Field numbers: milvus-io/milvus, cmd/tools/migration/backend/backup_header.proto and
// common.proto (KeyDataPair).
package backup

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Header of a backup. Entries is what the writer counted; nothing in the tool ever compares it.
type Header struct {
	Version   int32
	Instance  string
	MetaPath  string
	Entries   int64
	Component string
	Extra     []byte
}

// WithRootPath is the Extra of a header whose entries have full keys.
var WithRootPath = []byte(`{"entry_include_root_path":true}`)

// FullKeys tells whether the entries' keys include the root path.
func (h Header) FullKeys() bool {
	var extra struct {
		Full bool `json:"entry_include_root_path"`
	}
	return json.Unmarshal(h.Extra, &extra) == nil && extra.Full
}

// Encode writes the header and, in random order, the entries. Only the first `limit` entries if that is not negative: a file that
// was cut at the border of an entry.
func Encode(header Header, entries map[string]string, limit int) []byte {
	header.Entries = int64(len(entries))
	file := chunk(nil, header.marshal())
	for key, value := range entries {
		if limit == 0 {
			break
		}
		limit--
		pair := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), key)
		if value != "" {
			pair = protowire.AppendString(protowire.AppendTag(pair, 2, protowire.BytesType), value)
		}
		file = chunk(file, pair)
	}
	return file
}

func chunk(file, content []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(file, uint64(len(content))), content...)
}

func (h Header) marshal() []byte {
	var out []byte
	number := func(field protowire.Number, value int64) {
		if value != 0 {
			out = protowire.AppendVarint(protowire.AppendTag(out, field, protowire.VarintType), uint64(value))
		}
	}
	text := func(field protowire.Number, value string) {
		if value != "" {
			out = protowire.AppendString(protowire.AppendTag(out, field, protowire.BytesType), value)
		}
	}
	number(1, int64(h.Version))
	text(2, h.Instance)
	text(3, h.MetaPath)
	number(4, h.Entries)
	text(5, h.Component)
	text(6, string(h.Extra))
	return out
}

// Decode reads a file as the tool's own loader does: to the end of the file, whatever the header says of the number of entries.
func Decode(file []byte) (Header, map[string]string, error) {
	var header Header
	raw, rest, err := next(file, "header")
	if err != nil {
		return header, nil, err
	}
	if err := header.unmarshal(raw); err != nil {
		return header, nil, fmt.Errorf("invalid backup file, cannot read header: %w", err)
	}
	entries := map[string]string{}
	for len(rest) > 0 {
		if raw, rest, err = next(rest, "entry"); err != nil {
			return header, nil, err
		}
		var key, value string
		err := fields(raw, func(number protowire.Number, text string, _ uint64) {
			switch number {
			case 1:
				key = text
			case 2:
				value = text
			}
		})
		if err != nil {
			return header, nil, fmt.Errorf("invalid backup file, cannot read entry: %w", err)
		}
		entries[key] = value
	}
	return header, entries, nil
}

func next(file []byte, what string) (content, rest []byte, err error) {
	if len(file) < 8 {
		return nil, nil, fmt.Errorf("invalid backup file, cannot read %s length", what)
	}
	length := binary.LittleEndian.Uint64(file)
	if uint64(len(file)-8) < length {
		return nil, nil, fmt.Errorf("invalid backup file, cannot read %s", what)
	}
	return file[8 : 8+length], file[8+length:], nil
}

func (h *Header) unmarshal(raw []byte) error {
	return fields(raw, func(number protowire.Number, text string, value uint64) {
		switch number {
		case 1:
			h.Version = int32(value)
		case 2:
			h.Instance = text
		case 3:
			h.MetaPath = text
		case 4:
			h.Entries = int64(value)
		case 5:
			h.Component = text
		case 6:
			h.Extra = []byte(text)
		}
	})
}

func fields(raw []byte, visit func(number protowire.Number, text string, value uint64)) error {
	for len(raw) > 0 {
		number, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return protowire.ParseError(n)
		}
		raw = raw[n:]
		switch kind {
		case protowire.BytesType:
			value, n := protowire.ConsumeBytes(raw)
			if n < 0 {
				return protowire.ParseError(n)
			}
			visit(number, string(value), 0)
			raw = raw[n:]
		case protowire.VarintType:
			value, n := protowire.ConsumeVarint(raw)
			if n < 0 {
				return protowire.ParseError(n)
			}
			visit(number, "", value)
			raw = raw[n:]
		default:
			return errors.New("unexpected wire type")
		}
	}
	return nil
}
