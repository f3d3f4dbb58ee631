/// The page's one style sheet: light and dark, wide and narrow, screen and paper.
enum PageStyle {
    static let text = """
        :root{color-scheme:light dark;--ink:#15191f;--soft:#525b68;--paper:#fff;--sheet:#f5f6f8;--line:#d5d9df;\
        --good:#14713f;--bad:#b3261e;--amber:#8a5200;--warm:#d98a1f;--calm:#33587d;--gap:#c3c9d1;--tint-good:#e3f3ea;\
        --tint-bad:#fbe7e5;--tint-amber:#fbefd9;--tint-calm:#e5eef7;--mono:ui-monospace,"DejaVu Sans Mono",Menlo,\
        Consolas,monospace}
        @media (prefers-color-scheme:dark){:root{--ink:#e8eaee;--soft:#a5adb9;--paper:#14171c;--sheet:#1c2027;\
        --line:#343a44;--good:#5fcf91;--bad:#ff8f85;--amber:#f0b65a;--warm:#d9932f;--calm:#8fbbea;--gap:#4a525e;--tint-good:#16301f;\
        --tint-bad:#3a1a18;--tint-amber:#35270d;--tint-calm:#18293a}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;\
        overflow-wrap:anywhere}
        main,header,footer{max-width:64rem;margin:0 auto;padding:0 1.5rem}
        header{padding-top:2.5rem}
        footer{padding-bottom:3rem;color:var(--soft);font-size:.875rem}
        h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;letter-spacing:-.01em}
        h2{font-size:1.25rem;margin:3rem 0 .75rem;padding-top:.75rem;border-top:2px solid var(--ink)}
        h3{font-size:1rem;margin:1.75rem 0 .25rem}
        p{margin:.25rem 0 .75rem;max-width:46rem}
        .soft{color:var(--soft)}
        code,pre{font-family:var(--mono);font-size:.8125rem}
        pre{margin:.35rem 0;padding:.5rem .75rem;background:var(--sheet);border-left:3px solid var(--line);\
        white-space:pre-wrap}
        .top{display:grid;grid-template-columns:11rem 1fr;gap:2rem;align-items:center;margin:1.75rem 0}
        .ring{width:100%;max-width:11rem;display:block}
        .ring circle{fill:none;stroke-width:12}
        .ring .earned{stroke:var(--good)}
        .ring .lost{stroke:var(--bad)}
        .ring .withheld{stroke:var(--gap)}
        .ring text{text-anchor:middle;fill:var(--ink);font-weight:700;font-size:34px}
        .ring .of{fill:var(--soft);font-weight:400;font-size:12px}
        .figures{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;background:var(--line);\
        border:1px solid var(--line);margin:0}
        .figures div{background:var(--paper);padding:.75rem .9rem}
        .figures dt{font-size:.8125rem;color:var(--soft)}
        .figures dd{margin:0;font-size:1.5rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
        .figures dd small{display:block;font-size:.75rem;font-weight:400;color:var(--soft);line-height:1.35}
        .figures .alarm dd{color:var(--bad)}
        .figures .open dd{font-size:1.0625rem;color:var(--soft)}
        .bars{margin:0}
        .bars div{display:grid;grid-template-columns:12rem 1fr 5.5rem;gap:0 1rem;align-items:center;\
        margin-bottom:.5rem}
        .bars dt{font-weight:500}
        .bars dd{margin:0;font-variant-numeric:tabular-nums}
        .bars .number{text-align:right;font-size:.875rem;color:var(--soft)}
        .bar{display:block;width:100%;height:1.1rem}
        .bar .ground{fill:var(--sheet)}
        .bar .earned,.bar .read{fill:var(--good)}
        .bar .lost,.bar .crit{fill:var(--bad)}
        .bar .withheld{fill:var(--gap)}
        .bar .side{fill:var(--warm)}
        .bar .age{fill:var(--calm)}
        .key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.75rem 0 0;padding:0;\
        font-size:.8125rem;color:var(--soft)}
        .key li::before{content:"";display:inline-block;width:.75rem;height:.75rem;margin-right:.4rem;\
        vertical-align:-1px;background:var(--gap)}
        .key .earned::before,.key .read::before{background:var(--good)}
        .key .lost::before,.key .crit::before{background:var(--bad)}
        .key .side::before{background:var(--warm)}
        .tag{display:inline-block;padding:.05rem .45rem;border-radius:.2rem;font-size:.75rem;font-weight:600;\
        white-space:nowrap;background:var(--sheet);color:var(--soft)}
        .tag.critical,.tag.failed{background:var(--tint-bad);color:var(--bad)}
        .tag.high,.tag.medium{background:var(--tint-amber);color:var(--amber)}
        .tag.passed{background:var(--tint-good);color:var(--good)}
        .tag.low{background:var(--tint-calm);color:var(--calm)}
        .finding{margin:0 0 1rem;padding:.75rem 0 0;border-top:1px solid var(--line)}
        .finding p{margin:0 0 .35rem;max-width:52rem}
        .points{float:right;margin-left:1rem;font-variant-numeric:tabular-nums;font-weight:600;color:var(--bad)}
        table{width:100%;border-collapse:collapse;font-size:.875rem;margin:0 0 1rem}
        caption{text-align:left;color:var(--soft);font-size:.8125rem;padding-bottom:.35rem}
        th{text-align:left;font-weight:600;font-size:.8125rem;border-bottom:1px solid var(--ink);\
        padding:.3rem .75rem .3rem 0;vertical-align:bottom;white-space:nowrap}
        td{border-bottom:1px solid var(--line);padding:.45rem .75rem .45rem 0;vertical-align:top}
        td:last-child,th:last-child{padding-right:0}
        td:first-child{min-width:13rem}
        nav{font-size:.875rem;margin:.75rem 0 0}
        nav a{color:var(--calm);margin-right:1rem}
        @media (max-width:44rem){
        main,header,footer{padding-left:1rem;padding-right:1rem}
        header{padding-top:1.5rem}
        .top{grid-template-columns:1fr;gap:1rem}
        .ring{max-width:9rem}
        .figures{grid-template-columns:repeat(2,1fr)}
        .bars{display:block}
        .bars div{display:grid;grid-template-columns:1fr auto;gap:.1rem .75rem;margin-bottom:.6rem}
        .bars .chart{grid-column:1/-1;grid-row:2}
        table,tbody,tr,td{display:block}
        thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        th{display:block;width:1px;height:1px;overflow:hidden;padding:0}
        caption{display:block}
        tr{border-bottom:1px solid var(--line);padding:.5rem 0}
        td,td:first-child{border:0;padding:.1rem 0;min-width:0}
        td[data-label]:not([data-label=""])::before{content:attr(data-label) ": ";color:var(--soft)}
        }
        @media print{
        :root{--ink:#000;--soft:#444;--paper:#fff;--sheet:#f3f3f3;--line:#bbb;--good:#14713f;--bad:#b3261e;\
        --amber:#8a5200;--warm:#d98a1f;--calm:#33587d;--gap:#bbb;--tint-good:#fff;--tint-bad:#fff;--tint-amber:#fff;--tint-calm:#fff;\
        color-scheme:light}
        @page{size:A4;margin:16mm 15mm}
        *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
        body{font-size:9.5pt}
        main,header,footer{max-width:none;padding:0}
        nav{display:none}
        h2,h3{break-after:avoid}
        h2{margin-top:1.5rem}
        tr,.finding,pre,.top,.figures,.bars{break-inside:avoid}
        thead{display:table-header-group}
        .tag{border:1px solid currentColor}
        }
        """
}
