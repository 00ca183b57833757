package main_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestBench: the table has a row for each kind of load and each server that takes part in
// it, and Pantry sends one command to Redis a request.
func TestBench(t *testing.T) {
	url := startRunner(t)
	binary := buildRunner(t)
	out, err := exec.Command(binary, "bench", "-duration", "3s", "-path", "again="+binary,
		"-url", "other="+url+"/check-expiration", "-header", "X-Any: thing").CombinedOutput()
	if err != nil {
		t.Fatalf("bench: %v\n%s", err, out)
	}
	t.Logf("\n%s", out)
	rows := map[string]int{}
	for line := range strings.Lines(string(out)) {
		cells := strings.Split(line, "|")
		if len(cells) != 11 {
			continue
		}
		server, toLimit, commands := strings.TrimSpace(cells[2]), strings.TrimSpace(cells[4]), strings.TrimSpace(cells[8])
		rows[server]++
		if server == "limit" && toLimit != "1.00" {
			t.Errorf("the limit is %s of itself: %s", toLimit, line)
		}
		if server == "pantry" && commands != "1.00" {
			t.Errorf("a request costs %s Redis commands, want 1.00: %s", commands, line)
		}
	}
	if rows["limit"] != 5 || rows["pantry"] != 5 || rows["again"] != 5 || rows["other"] != 4 {
		t.Errorf("the table has these rows of each server: %v", rows)
	}
}

// TestBenchStaysHere: no other machine is put under load.
func TestBenchStaysHere(t *testing.T) {
	out, err := exec.Command(buildRunner(t), "bench", "-url", "x=http://pantry.example:80/").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "only this machine") {
		t.Errorf("bench of another machine: %v %s", err, out)
	}
}

// TestMeasuresTakeFlagsOnly: a word that is not a flag is refused, because the flags after it
// would not be read. An error is printed once and says how to list the flags.
func TestMeasuresTakeFlagsOnly(t *testing.T) {
	binary := buildRunner(t)
	for _, command := range []string{"bench", "soak"} {
		for want, arguments := range map[string][]string{
			command + " takes flags only":                                     {command, "short", "-duration", "5s"},
			"flag provided but not defined: -short; " + command + " -h lists": {command, "-short"},
		} {
			out, err := exec.CommandContext(t.Context(), binary, arguments...).CombinedOutput()
			if err == nil || !strings.HasPrefix(string(out), "pantry: "+want) || strings.Count(string(out), "\n") != 1 {
				t.Errorf("%q = %v, want one line with %q: %s", arguments, err, want, out)
			}
		}
		out, err := exec.CommandContext(t.Context(), binary, command, "-h").CombinedOutput()
		if err != nil || strings.Count(string(out), "-duration") != 1 {
			t.Errorf("%s -h = %v, want its flags once: %s", command, err, out)
		}
	}
}

// TestSoak: under a mixed load with a fault in it every answer is right, no acknowledged
// write is lost, and nothing grows.
func TestSoak(t *testing.T) {
	d := "5s"
	if os.Getenv("CI") == "true" {
		d = "30s"
	}
	out, err := exec.Command(buildRunner(t), "soak", "-duration", d).CombinedOutput()
	if err != nil {
		t.Errorf("soak: %v\n%s", err, out)
	}
	t.Logf("\n%s", out)
}
