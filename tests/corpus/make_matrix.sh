#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The matrix of keys, signatures and digests, as a list of chains that make_corpus reads: an anchor
# with each key, and a leaf that it has signed in each way that its key can. What must be said is
# the same for all: check_matrix knows.
set -eu

row() # KEY SIGNATURE DIGEST ATTRIBUTES
{
  printf 'case %s.%s.%s\n  source omnitls: the matrix\n' "$1" "$2" "$3"
  printf '  ca root2 | issuer=root2 | key=%s | digest=SHA256\n' "$1"
  printf '  leaf leaf | issuer=root2 | digest=%s%s\n' "$3" "$4"
  printf '  send leaf\n  trust root2\n  want ok\n\n'
}

for digest in SHA1 SHA224 SHA256 SHA384 SHA512; do
  for key in rsa1024 rsa2048 rsa3072 rsa4096 rsa5120; do
    row "$key" rsa "$digest" ""
    # 1024 bits have no room for SHA-512 and its salt (RFC 8017 9.1.1)
    [ "$key.$digest" = rsa1024.SHA512 ] || row "$key" pss "$digest" " | pss"
  done
  row pss2048 pss "$digest" " | pss"
  for key in P-192 P-224 P-256 P-384 P-521 secp256k1 \
    brainpoolP256r1 brainpoolP384r1 brainpoolP512r1; do
    row "$key" ecdsa "$digest" ""
  done
done
row ed25519 eddsa none ""
row ed448 eddsa none ""
