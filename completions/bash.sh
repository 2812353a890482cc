# bash completion for {{PROGRAM}}: asks the program itself.
__{{PROGRAM}}_complete() {
    local words=("${COMP_WORDS[@]:1:COMP_CWORD}") word="${COMP_WORDS[COMP_CWORD]}" out directive line
    if declare -F _get_comp_words_by_ref >/dev/null; then
        local cur cwords cword
        _get_comp_words_by_ref -n "=:" -w cwords -i cword cur
        words=("${cwords[@]:1:cword}") word="$cur"
    fi
    out=$("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null) || return
    directive=${out##*:}
    out=${out%:*}
    COMPREPLY=()
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        [[ -n $line && $line != _activeHelp_* && $line == "$word"* ]] && COMPREPLY+=("$line")
    done <<<"$out"
    ((directive & 2)) && compopt -o nospace
    if ((${#COMPREPLY[@]} == 0)) && ! ((directive & 4)); then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
    declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$word"
}
complete -F __{{PROGRAM}}_complete {{PROGRAM}}
