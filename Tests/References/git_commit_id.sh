#!/bin/sh
# Prints the ids that git gives the two commits of the test "commit ids are git's own" (Tests/ApusHubTests/FileHubTests.swift).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
git init -q
export GIT_AUTHOR_NAME=local GIT_AUTHOR_EMAIL=local@apus.invalid GIT_AUTHOR_DATE="1700000000 +0000"
export GIT_COMMITTER_NAME=local GIT_COMMITTER_EMAIL=local@apus.invalid GIT_COMMITTER_DATE="1700000000 +0000"
git commit -q --allow-empty -m "initial commit"
git rev-parse HEAD
mkdir v2
printf '# Candles\n' > README.md
printf '{}\n' > v2/a.json
printf 'sorted before the folder\n' > v2.txt
git add .
git commit -q -m "Add files" -m "With a body."
git rev-parse HEAD
