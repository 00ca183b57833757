package main

import (
	"fmt"
	"strings"

	"pantry.example/functions"
)

// announcement says what runs where. Its last line is "ready URL".
func (b *backends) announcement(url string) string {
	ready := "\nready " + url + "\n"
	if b.cfg.FunctionTarget != "" {
		return "Pantry: " + b.cfg.FunctionTarget + " alone, at /\n\n" + strings.Join(b.lines, "\n") + "\n" + ready
	}
	var s strings.Builder
	s.WriteString("Pantry runs here:\n\n" + strings.Join(b.lines, "\n") + "\n")
	var paths []string
	for _, f := range functions.All() {
		paths = append(paths, "/"+f.Name)
	}
	for _, line := range [][2]string{
		{"Page", url + "/"},
		{"API", url + "/docs"},
		{"Functions", url + strings.Join(paths, "  ")},
	} {
		fmt.Fprintf(&s, "  %-14s %s\n", line[0], line[1])
	}
	if b.embeddedAuth {
		s.WriteString("\nDemo account: " + demoEmail + " with the password " + demoPassword + "\n\nTry it:\n")
		for _, line := range curls("http://"+b.cfg.AuthEmulator, url) {
			s.WriteString("\n  " + line + "\n")
		}
	}
	return s.String() + ready
}

// curls is the main job in three lines: sign in at Firebase, open a session, use it.
func curls(auth, url string) [3]string {
	body := `'{"UserID":"` + demoUID + `","AuthToken":"'$TOKEN'","Transport":"bearer"}'`
	return [3]string{
		`TOKEN=$(curl -s '` + auth + `/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=demo' -H 'Content-Type: application/json' -d '{"email":"` +
			demoEmail + `","password":"` + demoPassword + `","returnSecureToken":true}' | grep -o '"idToken": *"[^"]*' | cut -d'"' -f4)`,
		`SESSION=$(curl -s ` + url + `/set-cache -H 'Content-Type: application/json' -d ` + body + ` | grep -o '"session":"[^"]*' | cut -d'"' -f4)`,
		`curl -s ` + url + `/recipes -H "Authorization: Bearer $SESSION"`,
	}
}
