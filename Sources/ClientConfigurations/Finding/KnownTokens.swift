/// Forms of tokens that give themselves away by how they begin.
///
/// Prefixes are what their issuers publish, so that scanners find what was lost. Behind one must stand enough
/// characters, and enough different ones.
enum KnownTokens {
    private struct Form {
        let prefix: [UInt8]
        let leastBody: Int
        let issuer: String

        init(_ prefix: String, _ leastBody: Int, _ issuer: String) {
            self.prefix = Array(prefix.utf8)
            self.leastBody = leastBody
            self.issuer = issuer
        }
    }

    // A longer prefix stands before a shorter one that it begins with.
    private static let forms = [
        Form("github_pat_", 22, "GitHub"), Form("ghp_", 20, "GitHub"), Form("gho_", 20, "GitHub"),
        Form("ghu_", 20, "GitHub"), Form("ghs_", 20, "GitHub"), Form("ghr_", 20, "GitHub"),
        Form("glpat-", 16, "GitLab"), Form("gldt-", 16, "GitLab"), Form("glrt-", 16, "GitLab"),
        Form("glptt-", 16, "GitLab"), Form("glcbt-", 16, "GitLab"),
        Form("xoxb-", 16, "Slack"), Form("xoxp-", 16, "Slack"), Form("xoxa-", 16, "Slack"), Form("xoxc-", 16, "Slack"),
        Form("xoxd-", 16, "Slack"), Form("xoxe-", 16, "Slack"), Form("xapp-", 16, "Slack"),
        Form("sk-ant-", 20, "Anthropic"), Form("sk-or-", 20, "OpenRouter"), Form("sk-lf-", 16, "Langfuse"),
        Form("sk-proj-", 20, "OpenAI"), Form("sk-", 20, "OpenAI"),
        Form("sk_live_", 16, "Stripe"), Form("sk_test_", 16, "Stripe"), Form("rk_live_", 16, "Stripe"),
        Form("rk_test_", 16, "Stripe"), Form("whsec_", 16, "Stripe"),
        Form("AIza", 30, "Google"), Form("ya29.", 20, "Google"), Form("GOCSPX-", 20, "Google"),
        Form("hf_", 20, "Hugging Face"), Form("npm_", 30, "npm"), Form("pypi-", 30, "PyPI"),
        Form("dop_v1_", 30, "DigitalOcean"), Form("shpat_", 20, "Shopify"), Form("shpss_", 20, "Shopify"),
        Form("SG.", 30, "SendGrid"), Form("lin_api_", 20, "Linear"), Form("lin_oauth_", 20, "Linear"),
        Form("ntn_", 20, "Notion"), Form("secret_", 30, "Notion"), Form("figd_", 20, "Figma"),
        Form("glsa_", 20, "Grafana"), Form("glc_", 30, "Grafana"), Form("tskey-", 16, "Tailscale"),
        Form("r8_", 20, "Replicate"), Form("pplx-", 20, "Perplexity"), Form("gsk_", 20, "Groq"),
        Form("xai-", 20, "xAI"),
        Form("tvly-", 16, "Tavily"), Form("fc-", 24, "Firecrawl"), Form("BSA", 24, "Brave"),
        Form("sntrys_", 20, "Sentry"), Form("sntryu_", 20, "Sentry"), Form("dckr_pat_", 16, "Docker"),
        Form("ATATT3", 30, "Atlassian"), Form("ATCTT3", 30, "Atlassian"), Form("NRAK-", 20, "New Relic"),
        Form("phx_", 20, "PostHog"), Form("sbp_", 20, "Supabase"), Form("sb_secret_", 16, "Supabase"),
        Form("hvs.", 20, "HashiCorp Vault"), Form("ops_", 40, "1Password"), Form("PMAK-", 20, "Postman"),
        Form("dapi", 30, "Databricks"), Form("lsv2_", 20, "LangSmith"), Form("CFPAT-", 20, "Contentful"),
        Form("pat-na1-", 20, "HubSpot"), Form("pat-eu1-", 20, "HubSpot"), Form("key-", 30, "Mailgun"),
        Form("rnd_", 20, "Render"), Form("nfp_", 20, "Netlify"), Form("pscale_tkn_", 20, "PlanetScale"),
        Form("AGE-SECRET-KEY-1", 40, "age"), Form("wdr_t_", 40, "Warder"), Form("wdr_s_", 16, "Warder"),
    ]

    /// By the first byte, so that a long text is looked through once.
    private static let formsByFirst = Dictionary(grouping: forms) { $0.prefix.first ?? 0 }

    /// Every token in a text.
    static func find(in text: ArraySlice<UInt8>) -> [SecretSpan] {
        var found: [SecretSpan] = []
        var at = text.startIndex
        var previous: UInt8 = 0
        while at < text.endIndex {
            let byte = text[at]
            if !previous.isWord || isEscaped(before: at, in: text), let span = token(at: at, in: text) {
                found.append(span)
                previous = text[span.range.upperBound - 1]
                at = span.range.upperBound
                continue
            }
            previous = byte
            at += 1
        }
        return found + privateKeys(in: text)
    }

    /// Whether a byte that is written in hexadecimal, as in addresses, ends there: `Bearer%20ghp_…`.
    private static func isEscaped(before at: Int, in text: ArraySlice<UInt8>) -> Bool {
        at - 3 >= text.startIndex && text[at - 3] == UInt8(ascii: "%")
            && text[(at - 2)..<at].allSatisfy { HexDigits.value($0) != nil }
    }

    private static func token(at start: Int, in text: ArraySlice<UInt8>) -> SecretSpan? {
        if let webToken = webToken(at: start, in: text) { return webToken }
        if let bot = telegramBot(at: start, in: text) { return bot }
        for form in formsByFirst[text[start]] ?? [] where text[start...].starts(with: form.prefix) {
            let body = text[(start + form.prefix.count)...].prefix { $0.isWord || $0 == UInt8(ascii: ".") }
            guard body.count >= form.leastBody, isVaried(body), !Placeholders.isPlaceholder(text[start..<body.endIndex])
            else { continue }
            return SecretSpan(range: start..<body.endIndex, evidence: .token(issuer: form.issuer))
        }
        return nil
    }

    /// Words stand where tokens could: `sk-learn-compatible-wrapper`.
    private static func isVaried(_ body: ArraySlice<UInt8>) -> Bool {
        Set(body).count >= 8 && body.contains { $0.isDigit } && Randomness.entropy(body) >= 2.8
    }

    private static func webToken(at start: Int, in text: ArraySlice<UInt8>) -> SecretSpan? {
        guard text[start...].hasPrefix("eyJ") else { return nil }
        let run = text[start...].prefix { $0.isWord || $0 == UInt8(ascii: ".") }
        let parts = run.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].count >= 12, parts[1].hasPrefix("eyJ"), parts[1].count >= 8 else { return nil }
        return SecretSpan(range: start..<run.endIndex, evidence: .webToken)
    }

    /// A number, a colon, and 35 characters; in an address `bot` stands before it.
    private static func telegramBot(at start: Int, in text: ArraySlice<UInt8>) -> SecretSpan? {
        let head = text[start...].hasPrefix("bot") ? start + 3 : start
        let number = text[head...].prefix { $0.isDigit }
        guard (8...12).contains(number.count), number.endIndex < text.endIndex,
            text[number.endIndex] == UInt8(ascii: ":")
        else { return nil }
        let body = text[(number.endIndex + 1)...].prefix { $0.isWord }
        guard body.count == 35, isVaried(body), !Placeholders.isPlaceholder(body) else { return nil }
        return SecretSpan(range: head..<body.endIndex, evidence: .token(issuer: "Telegram"))
    }

    /// Whether it is one of those keys that their issuers want everybody to have.
    static func isPublic(_ text: ArraySlice<UInt8>) -> Bool {
        ["pk_live_", "pk_test_", "pk-lf-", "sb_publishable_", "pk.eyJ"].contains { text.trimmed.hasPrefix($0) }
    }

    private static func privateKeys(in text: ArraySlice<UInt8>) -> [SecretSpan] {
        var found: [SecretSpan] = []
        var rest = text
        while let start = rest.firstRange(of: Array("-----BEGIN ".utf8)) {
            let head = rest[start.lowerBound...].prefix(64)
            guard head.firstRange(of: Array("PRIVATE KEY".utf8)) != nil else {
                rest = rest[start.upperBound...]
                continue
            }
            let last = rest[start.upperBound...].firstRange(of: Array("-----END ".utf8))
            let end = last.flatMap { rest[$0.upperBound...].firstRange(of: Array("-----".utf8))?.upperBound }
            found.append(SecretSpan(range: start.lowerBound..<(end ?? rest.endIndex), evidence: .privateKey))
            rest = rest[(end ?? rest.endIndex)...]
        }
        return found
    }
}
