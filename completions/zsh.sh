#compdef {{PROGRAM}}
# zsh completion for {{PROGRAM}}: asks the program itself.

_{{PROGRAM}}() {
    local out directive line value
    local -a typed values suffix
    typed=("${(@Q)words[2,CURRENT]}")
    (( CURRENT > $#words )) && typed+=('')
    out=$("${(Q)words[1]/#\~/$HOME}" {{REQUEST}} "${typed[@]}" 2>/dev/null) || return 1
    directive=${out##*:}
    out=${out%:*}

    # candidates for --flag=VALUE are values alone
    [[ $PREFIX == -*=* ]] && compset -P 1 '*='
    (( directive & 1 )) && return 1
    if (( directive & 16 )); then
        _files -/
        return
    elif (( directive & 8 )); then
        _files -g "*.(${(j:|:)${(f)out}})"
        return
    fi

    for line in "${(@f)out}"; do
        [[ -z $line || $line == _activeHelp_* ]] && continue
        value=${${line%%$'\t'*}//:/\\:}
        if [[ $line == *$'\t'* ]]; then
            values+=("$value:${line#*$'\t'}")
        else
            values+=("$value")
        fi
    done
    (( directive & 2 )) && suffix=(-S '')
    if (( $#values )); then
        _describe -V {{PROGRAM}} values "${suffix[@]}" && return
    fi
    (( directive & 4 )) && return 1
    _files
}

if [[ $funcstack[1] == _{{PROGRAM}} ]]; then
    _{{PROGRAM}} "$@"
else
    compdef _{{PROGRAM}} {{PROGRAM}}
fi
