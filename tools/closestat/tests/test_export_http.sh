#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# Metrics by HTTP: what a client gets, and what one that means harm does not.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"
# shellcheck source=http_lib.sh
. "$(dirname "$0")/http_lib.sh"
rc='' out='' err=''

make_proc
expect_run '--http with -o' 2 '' '-H and -o do not go together' export --http -o x
expect_run '--http with -O' 2 '' '-H and -O do not go together' export -HO
if ! command -v curl >/dev/null; then
	skip 'HTTP' 'curl is not installed'
	finish
	exit
fi

# get OPTION... - by curl: status in $rc, head in $head, body in $TMP/body
get() {
	rc=$(curl -s -o "$TMP/body" -D "$TMP/head" -w '%{http_code}' "$@")
	head=$(tr -d '\r' <"$TMP/head") out=$head
	ended
}
has() { grep -qix -- "$1" <<<"$head"; }

serve export -A --http
"$CLOSESTAT" export -A >"$TMP/want"
"$CLOSESTAT" export -AO >"$TMP/want.openmetrics"

get "$url"
check 'a page' '[ "$rc$status" = 2000 ] && cmp -s "$TMP/body" "$TMP/want"'
check 'its type' 'has "content-type: text/plain; version=0.0.4; charset=utf-8"'
check 'its length' 'has "content-length: $(stat -c %s "$TMP/want")" && has "connection: close"'
get -0 "$url"
check 'by HTTP/1.0' '[ "$rc" = 200 ] && cmp -s "$TMP/body" "$TMP/want"'
get -H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5' "$url"
check 'OpenMetrics for who wants it' '[ "$rc" = 200 ] && cmp -s "$TMP/body" "$TMP/want.openmetrics" && has "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"'
get --compressed "$url"
check 'compressed for who wants it' '[ "$rc" = 200 ] && cmp -s "$TMP/body" "$TMP/want" && has "content-encoding: gzip"'
get -H 'Accept-Encoding: gzip' "$url"
check 'and smaller then' '[ "$(stat -c %s "$TMP/body")" -lt $(($(stat -c %s "$TMP/want") / 3)) ] && zcat <"$TMP/body" | cmp -s - "$TMP/want"'
get -I "$url"
check 'HEAD' '[ "$rc" = 200 ] && has "content-length: $(stat -c %s "$TMP/want")"'
get "http://127.0.0.1:$port/"
check 'another page' '[ "$rc$status" = 4040 ] && grep -q "The page is /metrics" "$TMP/body"'
get -d x=1 "$url"
check 'another method' '[ "$rc$status" = 4050 ] && has "allow: GET, HEAD"'
head -c 3000000 /dev/zero | tr '\0' a >"$TMP/large"
get --data-binary "@$TMP/large" -H 'Expect:' "$url"
check 'a large body is no reason not to answer' '[ "$rc$status" = 4050 ]'
get -H "X: $(head -c 9000 "$TMP/large")" "$url"
check 'a large head' '[ "$rc$status" = 4310 ]'

mv "$PROC_ROOT/tcp_closestat_all" "$TMP/all"
get "$url"
check 'without the module' '[ "$rc$status" = 5031 ] && grep -q "not loaded" "$TMP/server.err"'
mv "$TMP/all" "$PROC_ROOT/tcp_closestat_all"

# What curl would not send.
answer() {
	send "$@" && out=$(timeout 30 cat <&"$fd" | tr -d '\0')
	hang_up
	ended
	rc=$status
}
answer 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'
check 'two requests get one answer' '[ "$(grep -c "^HTTP/1.1 200 " <<<"$out") $status" = "1 0" ]'
for request in 'GET' 'GET /metrics HTTP/1.1' 'GET /metrics HTTP/9.9' '\x16\x03\x01\x02\x00\x01\x00' \
	'GET /metrics HTTP/1.1\r\nHost : a' '%s%n%s%n HTTP/1.1' '\0\0\0\0'; do
	answer "$request\\r\\n\\r\\n"
	check "refuses $request" '[[ $status = 0 && $out =~ ^HTTP/1.1\ (400|505)\  ]]'
done

# A client that is slow does not get more than ten seconds; others do not notice. All at once.
rm -f "$PROC_ROOT/tcp_closestat_all"
rows=$(printf 'made_up_%d 1\n' {1..100})
# More than a socket's buffers hold.
for ((i = 1; i < 5000; i++)); do
	printf 'netns %s\nversion 1\n%s\n\n' "$i" "$rows"
done >"$PROC_ROOT/tcp_closestat_all"
printf 'netns dead\nversion 1\n\n' >>"$PROC_ROOT/tcp_closestat_all"
send ''
silent=$fd
send 'GET /metrics HTTP/1.1\r\n'
half=$fd
send 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'
not_reading=$fd
(while sleep 0.5; do printf 'X: y\r\n' 2>/dev/null || exit; done >&"$half") &
dripping=$!
on_exit "kill $dripping 2>/dev/null"
statuses=''
get -m 30 "$url"
check 'beside clients that are slow' '[ "$rc$status" = 2000 ] && [ "$ms" -lt 10000 ]'
longest=0
for _ in 1 2 3; do
	ended
	statuses+=$status
	[ "$ms" -gt "$longest" ] && longest=$ms
done
rc=$longest
check 'clients that are slow are let go' '[ "$statuses" = 000 ]'
check 'after ten seconds' '[ "$longest" -gt 9000 ] && [ "$longest" -lt 20000 ]'
out=$(timeout 5 cat <&"$silent")
check 'who says nothing is told so' '[[ $out =~ ^HTTP/1.1\ 408\  ]]'
out=$(timeout 5 cat <&"$half")
check 'who does not end is told so' '[[ $out =~ ^HTTP/1.1\ 408\  ]]'
out=$(timeout 5 cat <&"$not_reading" | wc -c)
check 'who does not read gets part of it' '[ "$out" -gt 1000 ] && [ "$out" -lt "$(wc -c <"$TMP/body")" ]'

exec {server_in}>&-
finish
