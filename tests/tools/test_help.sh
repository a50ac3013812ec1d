#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# --help, the parser, the shells' completion and the manual say the same.
. "$(dirname "$0")/lib.sh"

tool=$OMNITLS_TOOL
"$tool" --help-man >"$work/manual" || fail "--help-man"
"$tool" completion bash >"$work/bash" || fail "completion bash"
"$tool" completion zsh >"$work/zsh" || fail "completion zsh"
"$tool" completion fish >"$work/fish" || fail "completion fish"
expect_code 1 "another shell" "$tool" completion tcsh
says "another shell" '"tcsh".*bash, zsh, fish'

# What bash would offer for the words given.
# shellcheck disable=SC1091,SC2154 # made above; bash's own variables
offered() (
    . "$work/bash"
    COMP_WORDS=(omnitls "$@")
    COMP_CWORD=$#
    _omnitls
    printf '%s\n' "${COMPREPLY[@]}" | sort
)

commands=$("$tool" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(wc -w <<<"$commands")" -ge 9 ] || fail "commands: $commands"
diff <(offered "" | grep -v -e '^-' -e '^help$') <(sort <<<"$commands") || fail "bash: other commands"
for command in $commands; do
    "$tool" "$command" --help >"$work/help"
    sed -n 's/^  \(-.,\|   \) --\([a-z0-9-]*\).*/\2/p' "$work/help" >"$work/words"
    sed -n 's/^  -\(.\), --.*/\1/p' "$work/help" >"$work/letters"
    diff <(offered "$command" "" | grep -e '^-') \
        <({ sed 's/^/--/' "$work/words"; sed 's/^/-/' "$work/letters"; } | sort) || fail "bash: $command"
    grep -q "^\.It Cm $command$" "$work/manual" || fail "manual: no $command"
    sed -n "/^    $command) _arguments/,/;;/p" "$work/zsh" >"$work/zsh-command"
    nowhere=() # a server that lacks nothing would serve
    [ "$command" != serve ] || nowhere=(--listen nowhere)
    while read -r word; do
        # a value that no option has: a switch says so, others would take it, and there is no more
        "$tool" "$command" "--$word" --no-such-option ${nowhere[@]+"${nowhere[@]}"} >/dev/null 2>"$work/err" </dev/null
        grep -q "there is no option \"--$word\"" "$work/err" && fail "$command --$word is not taken"
        grep -q -e "--$word\(\[\|,\|}\)" "$work/zsh-command" || fail "zsh: $command --$word"
        [ "$word" = help ] ||
            grep -q "from $command' -l $word " "$work/fish" || fail "fish: $command --$word"
        sed -n "/^\.It .*Fl .-$word\( \|$\)/,/^\.Pq/p" "$work/manual" | grep -q "^\.Pq Cm.* $command\( \|$\)" ||
            [ "$word" = help ] || fail "manual: $command --$word"
    done <"$work/words"
done
[ "$(offered connect --verify "")" = "$(printf 'none\noptional\nrequired')" ] || fail "bash: values"
[ "$(offered verify -b w)" = wolfssl ] || fail "bash: the value of a short option"

if have zsh; then
    zsh -n "$work/zsh" || fail "zsh does not understand it"
fi
if have fish; then
    fish --no-execute "$work/fish" || fail "fish does not understand it"
    [ "$(fish -c "source $work/fish; complete -C 'omnitls verify --purpose '" | cut -f 1 | sort | tr '\n' ' ')" = \
        "any client server " ] || fail "fish: values"
fi
if have mandoc; then
    # by its own name: mandoc takes what stands behind a dot, also in the directory's name, for the section
    cp "$work/manual" "$work/omnitls.1"
    mandoc -T lint -W warning "$work/omnitls.1" || fail "the manual is no mdoc"
fi
done_testing
