package openapi_test

import (
	"strings"
	"testing"
)

// The recommended rules of Redocly and Spectral find no problem.
func TestLinters(t *testing.T) {
	dir := workFolder(t, "TEST_OPENAPI_LINT", "testdata/lint")
	// The format github-actions has one line for each problem.
	out := node(t, dir, nil, "node_modules/@redocly/cli/bin/cli.js", "lint", "openapi.json", "--format=github-actions")
	if strings.Contains(out, "::warning") || strings.Contains(out, "::error") {
		t.Errorf("redocly: %s", out)
	}
	// Spectral ends with an error when it finds a problem.
	node(t, dir, nil, "node_modules/@stoplight/spectral-cli/dist/index.js", "lint", "openapi.json", "--ruleset=spectral.yaml", "--fail-severity=hint")
}
