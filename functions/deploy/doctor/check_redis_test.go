package doctor_test

import (
	"bytes"
	"strings"
	"testing"

	"pantry.example/functions/deploy/doctor"
)

// TestCheckRedis: the set-up stores no address that a deployed function could not use.
func TestCheckRedis(t *testing.T) {
	for address, want := range map[string]string{
		"rediss://default:" + password + "@pantry.invalid:6379": "there is no host pantry.invalid",
		"rediss://default:" + password + "@127.0.0.1:6379":      "a deployed function has no Redis beside it",
		"https://default:" + password + "@pantry.invalid":       "REDIS_SERVER",
	} {
		var out bytes.Buffer
		if doctor.CheckRedis(t.Context(), address, project, &out) || !strings.Contains(out.String(), want) || strings.Contains(out.String(), password) {
			t.Errorf("of a wrong address the doctor says, want %q and a failure:\n%s", want, out.String())
		}
	}
}
