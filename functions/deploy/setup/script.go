package setup

import (
	"strings"
)

// script returns the wanted steps as commands for bash and zsh. It has no comments, because
// zsh on a terminal takes # for a command. The script can run again: a command that finds its
// resource fails with "already exists" and changes nothing.
func script(o options, steps []step) string {
	var s strings.Builder
	line := func(words ...string) { s.WriteString(quoted(words) + "\n") }
	for _, step := range steps {
		if !o.wants(step) {
			continue
		}
		line("echo", step.title)
		if step.do != nil {
			line("go", "run", "./functions/deploy", "setup", "-project", o.project, "-region", o.region, "-only", step.name)
		}
		for _, c := range step.commands {
			line(append([]string{"gcloud"}, c.argv...)...)
		}
		if step.name == "accounts" {
			line("sleep", "60") // a new account cannot be given roles at once
		}
	}
	return s.String()
}

// quoted is a command as bash and zsh read it.
func quoted(words []string) string {
	var all []string
	for _, word := range words {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:@=") != "" {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		all = append(all, word)
	}
	return strings.Join(all, " ")
}
