# PowerShell completion for {{PROGRAM}}: asks the program itself.
Register-ArgumentCompleter -Native -CommandName '{{PROGRAM}}' -ScriptBlock {
    param($word, $ast, $position)
    $words = @($ast.CommandElements | ForEach-Object { "$_" } | Select-Object -Skip 1)
    if ($word -eq '') { $words += '' }
    $out = @(& '{{PROGRAM}}' __complete @words 2>$null)
    if ($out.Count -lt 1) { return }
    $out | Select-Object -SkipLast 1 | Where-Object { $_ -and -not $_.StartsWith('_activeHelp_') } | ForEach-Object {
        $value, $text = $_ -split "`t", 2
        if (-not $text) { $text = $value }
        if ($value.StartsWith($word)) {
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
        }
    }
}
