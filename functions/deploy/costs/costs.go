// Package costs holds what each call costs (costs.md), and the tests that measure it:
// they drive the three functions and count at the servers, so that the table cannot rot.
//
//	.ci/services go test ./functions/deploy/costs -update
//
// writes costs.md again after a change that was meant.
package costs
