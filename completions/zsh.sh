#compdef {{PROGRAM}}
# zsh completion for {{PROGRAM}}: asks the program itself.
_{{PROGRAM}}() {
    local out directive line value
    local -a values
    out=$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null) || return
    directive=${out##*:}
    out=${out%:*}
    for line in "${(@f)out}"; do
        [[ -z $line || $line == _activeHelp_* ]] && continue
        value=${line%%$'\t'*}
        if [[ $line == *$'\t'* ]]; then
            values+=("${value//:/\\:}:${line#*$'\t'}")
        else
            values+=("${value//:/\\:}")
        fi
    done
    if ((${#values})); then
        if ((directive & 2)); then _describe -V {{PROGRAM}} values -S ''; else _describe -V {{PROGRAM}} values; fi
    elif ! ((directive & 4)); then
        _files
    fi
}
if [[ ${funcstack[1]} == _{{PROGRAM}} ]]; then _{{PROGRAM}}; else compdef _{{PROGRAM}} {{PROGRAM}}; fi
