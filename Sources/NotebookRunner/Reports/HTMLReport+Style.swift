extension HTMLReport {
    /// Follows the light or dark scheme of the reader's system.
    static let style = """
        :root { --text: #1f2328; --quiet: #59636e; --back: #ffffff; --panel: #f6f8fa; --line: #d1d9e0; --link: #0969da;
          --passed: #1a7f37; --failed: #cf222e; --bar: #54aeff; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #f0f6fc; --quiet: #9198a1; --back: #0d1117; --panel: #151b23; --line: #3d444d; --link: #4493f8;
            --passed: #3fb950; --failed: #f85149; --bar: #1f6feb; }
        }
        body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
        h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
        h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere; }
        h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
        a { color: var(--link); }
        p, caption { color: var(--quiet); margin: 0 0 .5rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; }
        caption { text-align: left; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
        tbody th { font-weight: 600; overflow-wrap: anywhere; }
        .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .cell { width: 3rem; }
        .source { width: 40%; }
        .share { width: 20%; min-width: 6rem; padding-right: 0; }
        .share span { display: block; height: .6rem; margin-top: .45rem; border-radius: .3rem; background: var(--bar); }
        code, pre { font: .875rem/1.5 ui-monospace, monospace; }
        td code { overflow-wrap: anywhere; }
        pre { margin: .5rem 0; padding: .75rem; overflow-x: auto; background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; }
        pre.error { border-left: .3rem solid var(--failed); }
        .passed { color: var(--passed); white-space: nowrap; }
        .failed { color: var(--failed); }
        .skipped { color: var(--quiet); }
        details { margin: .75rem 0; }

        """
}
