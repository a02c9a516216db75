package main

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

const endpoint = "http://169.254.169.254/latest/"

type imds struct {
	token    string
	deadline time.Time
}

func openIMDS(deadline time.Time) (imds, error) {
	opened := imds{deadline: deadline}
	request, err := http.NewRequest("PUT", endpoint+"api/token", nil)
	if err != nil {
		return opened, err
	}
	request.Header.Set("X-aws-ec2-metadata-token-ttl-seconds", "300")
	token, err := opened.ask(request)
	opened.token = string(token)
	return opened, err
}

// Nothing, if there is no such thing.
func (i imds) get(path string) ([]byte, error) {
	request, err := http.NewRequest("GET", endpoint+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-aws-ec2-metadata-token", i.token)
	return i.ask(request)
}

func (i imds) ask(request *http.Request) ([]byte, error) {
	client := http.Client{Timeout: 5 * time.Second}
	for {
		body, status, err := once(client, request)
		if err == nil && status == http.StatusOK {
			return body, nil
		}
		if status == http.StatusNotFound {
			return nil, nil
		}
		if time.Now().After(i.deadline) {
			return nil, fmt.Errorf("%s %s: status %d, %v", request.Method, request.URL, status, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func once(client http.Client, request *http.Request) ([]byte, int, error) {
	answer, err := client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return body, answer.StatusCode, err
}
