# bash completion for {{PROGRAM}}: asks the program itself.

# Prints the words up to the cursor, one a line, as they were typed: bash has split them at = and : too.
__{{PROGRAM}}_words() {
    local rest=${COMP_LINE:0:COMP_POINT} next word i
    local -a words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        next=${rest#"${rest%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && word=$next
        if ((i > 0)) && [[ $next == "$rest" ]]; then
            words[${#words[@]}-1]+=$word
        else
            words+=("$word")
        fi
        rest=${next#"$word"}
    done
    printf '%s\n' "${words[@]}"
}

__{{PROGRAM}}_complete() {
    local -a words values=() texts=()
    mapfile -t words < <(__{{PROGRAM}}_words)
    local word=${words[${#words[@]}-1]} typed=${COMP_WORDS[COMP_CWORD]} flag='' value out directive line i width=0
    # quotes and backslashes are the shell's
    words=("${words[@]//[\'\"\\]/}")
    [[ $word == -*=* ]] && flag=${word%%=*}=
    value=${word#"$flag"}
    [[ ${COMP_LINE:COMP_POINT-1:1} == [=:] ]] && typed=

    out=$("${words[0]/#\~/$HOME}" {{REQUEST}} "${words[@]:1}" 2>/dev/null) || return
    directive=${out##*:}
    out=${out%:*}
    COMPREPLY=()

    ((directive & 1)) && return
    ((directive & 2)) && compopt -o nospace
    ((directive & 32)) && compopt -o nosort 2>/dev/null
    if ((directive & 16)); then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$value")
        return
    elif ((directive & 8)); then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$value"; compgen -f -X "!*.@(${out//$'\n'/|})" -- "$value")
        return
    fi

    while IFS= read -r line; do
        [[ -z $line || $line == _activeHelp_* || $line != "$value"* ]] && continue
        out=$flag${line%%$'\t'*}
        # bash replaces only what it holds for the last word
        out=${out#"${word%"$typed"}"}
        values+=("$out")
        texts+=("${line#"${line%%$'\t'*}"}")
        ((${#out} > width)) && width=${#out}
    done <<<"$out"

    if ((${#values[@]} == 0)); then
        if ! ((directive & 4)); then
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$value")
        fi
    elif ((${#values[@]} > 1 && COMP_TYPE == 63)); then
        # a list for the eye: nothing of it is inserted
        for ((i = 0; i < ${#values[@]}; i++)); do
            line=${texts[i]#$'\t'}
            COMPREPLY+=("$(printf "%-${width}s%s" "${values[i]}" "${line:+  ($line)}")")
            COMPREPLY[i]=${COMPREPLY[i]:0:${COLUMNS:-80}-1}
        done
    else
        COMPREPLY=("${values[@]}")
    fi
}

complete -F __{{PROGRAM}}_complete {{PROGRAM}}
