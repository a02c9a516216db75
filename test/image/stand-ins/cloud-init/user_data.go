package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
)

// The shell scripts of a user-data document: of a multipart document its parts of type text/x-shellscript, else the document
// itself if it begins with #!.
func scriptsOf(document []byte) ([][]byte, error) {
	document, err := unpacked(document)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(document, []byte("#!")) {
		return [][]byte{document}, nil
	}
	message, err := mail.ReadMessage(bytes.NewReader(document))
	if err != nil {
		return nil, nil
	}
	media, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(media, "multipart/") {
		return nil, nil
	}
	scripts := [][]byte{}
	for parts := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return scripts, nil
		}
		if err != nil {
			return scripts, err
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		body, err := io.ReadAll(part)
		if err != nil {
			return scripts, err
		}
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
			if body, err = decoded(body); err != nil {
				return scripts, err
			}
		}
		if body, err = unpacked(body); err != nil {
			return scripts, err
		}
		if kind == "text/x-shellscript" || kind == "text/plain" && bytes.HasPrefix(body, []byte("#!")) {
			scripts = append(scripts, body)
		}
	}
}

func decoded(text []byte) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), ""))
}

func unpacked(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
