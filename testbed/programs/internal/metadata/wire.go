package metadata

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// Message is a protobuf message taken apart one level deep: enough to read, take out and add fields without the schema.
type Message []Part

// Part is one field of a message. Text holds bytes, strings and messages, Value holds numbers.
type Part struct {
	Number protowire.Number
	Kind   protowire.Type
	Text   []byte
	Value  uint64
}

// Parse takes a message apart.
func Parse(raw []byte) (Message, error) {
	var message Message
	for len(raw) > 0 {
		number, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		raw = raw[n:]
		part := Part{Number: number, Kind: kind}
		switch kind {
		case protowire.BytesType:
			part.Text, n = protowire.ConsumeBytes(raw)
		case protowire.VarintType:
			part.Value, n = protowire.ConsumeVarint(raw)
		case protowire.Fixed64Type:
			part.Value, n = protowire.ConsumeFixed64(raw)
		default:
			n = -1
		}
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		message = append(message, part)
		raw = raw[n:]
	}
	return message, nil
}

// Bytes puts the message together again.
func (m Message) Bytes() []byte {
	out := []byte{}
	for _, part := range m {
		out = protowire.AppendTag(out, part.Number, part.Kind)
		switch part.Kind {
		case protowire.BytesType:
			out = protowire.AppendBytes(out, part.Text)
		case protowire.VarintType:
			out = protowire.AppendVarint(out, part.Value)
		case protowire.Fixed64Type:
			out = protowire.AppendFixed64(out, part.Value)
		}
	}
	return out
}

// Without leaves fields out.
func (m Message) Without(numbers ...protowire.Number) Message {
	var left Message
	for _, part := range m {
		keep := true
		for _, number := range numbers {
			keep = keep && part.Number != number
		}
		if keep {
			left = append(left, part)
		}
	}
	return left
}

// Texts are all values of a repeated string, bytes or message field.
func (m Message) Texts(number protowire.Number) [][]byte {
	var all [][]byte
	for _, part := range m {
		if part.Number == number && part.Kind == protowire.BytesType {
			all = append(all, part.Text)
		}
	}
	return all
}

// Text is the last value of a field, empty if it is missing.
func (m Message) Text(number protowire.Number) []byte {
	if all := m.Texts(number); len(all) > 0 {
		return all[len(all)-1]
	}
	return nil
}

// Int is the last value of a number field, 0 if it is missing.
func (m Message) Int(number protowire.Number) int64 {
	var value uint64
	for _, part := range m {
		if part.Number == number && part.Kind != protowire.BytesType {
			value = part.Value
		}
	}
	return int64(value)
}

// Ints are the values of a repeated number field, packed or not.
func (m Message) Ints(number protowire.Number) []int64 {
	var all []int64
	for _, part := range m {
		if part.Number != number {
			continue
		}
		if part.Kind != protowire.BytesType {
			all = append(all, int64(part.Value))
			continue
		}
		for raw := part.Text; len(raw) > 0; {
			value, n := protowire.ConsumeVarint(raw)
			if n < 0 {
				break
			}
			all, raw = append(all, int64(value)), raw[n:]
		}
	}
	return all
}

// T, N and P make fields: a string, bytes or message; a number; packed numbers.
func T[B string | []byte](number protowire.Number, text B) Part {
	return Part{Number: number, Kind: protowire.BytesType, Text: []byte(text)}
}

// N makes a number field.
func N(number protowire.Number, value int64) Part {
	return Part{Number: number, Kind: protowire.VarintType, Value: uint64(value)}
}

// P makes a field of packed numbers.
func P(number protowire.Number, values ...int64) Part {
	var raw []byte
	for _, value := range values {
		raw = protowire.AppendVarint(raw, uint64(value))
	}
	return T(number, raw)
}

// KV makes a KeyValuePair.
func KV(number protowire.Number, key, value string) Part {
	return T(number, Message{T(1, key), T(2, value)}.Bytes())
}
