# PowerShell completion for {{PROGRAM}}: asks the program itself.
Register-ArgumentCompleter -Native -CommandName '{{PROGRAM}}' -ScriptBlock {
    param($word, $ast, $position)
    # words up to the cursor; the one at the cursor may still be empty
    $words = @($ast.CommandElements |
        Where-Object { $_.Extent.StartOffset -lt $position } |
        ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
    $program, $words = $words
    $words = @($words)
    if ($word -eq '') { $words += '' }
    # before version 7.3 empty arguments are lost on their way unless they are quoted once more
    if ($PSVersionTable.PSVersion -lt [version]'7.3.0') {
        $words = @($words | ForEach-Object { if ($_ -eq '') { '""' } else { $_ } })
    }
    $out = @(& $program {{REQUEST}} @words 2>$null)
    if ($out.Count -lt 1) { return }
    $directive = [int]($out[-1].TrimStart(':'))
    # candidates for --flag=VALUE are values alone
    $flag = if ($word -match '^-[^=]*=') { $Matches[0] } else { '' }
    $space = if ($directive -band 2) { '' } else { ' ' }
    $found = @($out | Select-Object -SkipLast 1 | Where-Object { $_ -and -not $_.StartsWith('_activeHelp_') } | ForEach-Object {
        $value, $text = $_ -split "`t", 2
        $value = $flag + $value
        if (-not $text) { $text = $value }
        if ($value.StartsWith($word)) {
            [System.Management.Automation.CompletionResult]::new($value + $space, $value, 'ParameterValue', $text)
        }
    })
    # an empty answer lets PowerShell offer files; an empty word keeps it from that
    if ($found.Count -eq 0 -and ($directive -band 4)) { '' } else { $found }
}
