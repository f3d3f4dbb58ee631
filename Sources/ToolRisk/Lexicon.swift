/// What words say about effects, in general English and the usual vocabulary of APIs: no vendor's, and no tool's.
enum Lexicon {
    /// What a word says when it stands where a verb stands.
    enum Role: Hashable, Sendable {
        case reads
        case writes
        /// A verb that writes, and a noun behind another verb: `share`, `run`.
        case writesOrNames
        /// A noun more often than a verb: `comment`, `order`.
        case namesOrWrites
    }

    /// The role of a word in its base form.
    static func role(of word: String) -> Role? {
        if reading.contains(word) { return .reads }
        if writing.contains(word) { return .writes }
        if verbal.contains(word) { return .writesOrNames }
        if nominal.contains(word) { return .namesOrWrites }
        return derivedRole(of: word)
    }

    /// The role of a word in a sentence, and the base form that has it.
    static func roleOfInflected(_ word: String) -> (role: Role, base: String)? {
        for base in Words.bases(of: word) {
            if let role = role(of: base) { return (role, base) }
        }
        return nil
    }

    /// `unshare`, `reindex`, `deregister`: a verb that writes, undone or done again. And verbs by their endings, which
    /// nobody could list completely.
    private static func derivedRole(of word: String) -> Role? {
        guard word.utf8.count > 4 else { return nil }
        for prefix in derivations {
            guard word.hasPrefix(prefix), word.utf8.count > prefix.utf8.count + 2 else { continue }
            let stem = String(word.dropFirst(prefix.count))
            if writing.contains(stem) { return .writes }
            if verbal.contains(stem), !nounsThatLookDerived.contains(word) { return .writes }
        }
        let isVerb = endings.contains { word.hasSuffix($0) } && word.utf8.count > 5
        return isVerb && !nounsThatLookDerived.contains(word) ? .writes : nil
    }

    /// The word for people, or in the place of one that is in no list what it was recognised by: a reason quotes no server.
    static func shown(_ word: String) -> String {
        for list in [reading, writing, verbal, nominal, destroying, executing] where list.contains(word) { return word }
        for prefix in derivations where word.hasPrefix(prefix) {
            let stem = String(word.dropFirst(prefix.count))
            if writing.contains(stem) || verbal.contains(stem) { return "\(prefix)-\(stem)" }
        }
        return endings.first { word.hasSuffix($0) }.map { "-\($0)" } ?? "check"
    }

    private static let derivations = [
        "un", "re", "de", "dis", "auto", "batch", "bulk", "multi", "force", "soft", "hard",
    ]
    private static let endings = ["ize", "ise", "ify"]

    static func words(_ text: String) -> Set<String> { Set(text.split { $0.isWhitespace }.map(String.init)) }

    /// Verbs that only look.
    static let reading = words(
        """
        analyse analyze browse calculate check compare count describe diff discover display download enumerate
        estimate exists explain fetch find get has head info inspect introspect is list locate look lookup measure
        peek preview query read recognize recommend retrieve search show stat summarise summarize tail view whoami
        """
    )

    /// Verbs that change something, start something or send something, and are seldom anything else.
    static let writing = words(
        """
        abandon abort accept ack acknowledge acquire activate adapt add adjust adopt advance affirm allocate allow
        alter amend annotate append apply appoint approve arm assign associate assume attach attest authenticate
        authorise authorize backfill ban begin bind boot bootstrap broadcast bump buy bypass cancel checkin chmod
        choose chown cleanse clear click clone close collapse combine complete compose configure confirm confiscate
        connect consume continue convene convince correct cp create curate customize cut deactivate deallocate debit
        decide decline decommission decr decrease decrement decrypt defer define degrade del delegate delete demote
        deny deploy deprecate deprovision dequeue deregister destroy detach develop dial disable disarm disassociate disband
        disburse discard disconnect dismiss dispatch distribute divert donate downgrade downvote drag drop dump edit eject
        elevate embed emit enable encrypt enforce enlist enqueue enrich enrol enroll ensure enter erase escalate
        establish evaluate evict exclude exec execute exit expand expel expire expose expunge extend fail failover
        fallback federate finalise finalize finish flush follow forget forward freeze fulfil fulfill generate give
        halt handoff hang heal hibernate hide hire hover hset ignore impersonate implement incr increase increment
        indicate inform ingest inherit init initialise initialize initiate inject ins insert install instantiate
        instruct invalidate invoke isolate join keep kick kickoff kill login logout lpush make manage manipulate
        mark migrate minimize mint mkdir modify move mutate mute mv navigate nominate notify nudge nuke offboard onboard
        opt optimise optimize optin optout orchestrate overwrite pause pay perform persist pop populate portforward
        postpone prepare prepend prioritize proceed procure prolong promote propagate propose protect provision
        prune publish purge quarantine quit raise readd rebase reboot rebuild recalculate receive recompute
        reconcile recover recreate recycle redeem redeploy redirect redo reduce reenable refill refresh regenerate
        register reimburse reindex reinstall reinstate reject rejoin rekey relaunch reload relocate remediate remind
        remove rename renew reopen reorder reorganize reparent replace replay replicate repopulate reprioritize
        reprocess republish requeue reroute rerun reschedule resend reserve reset resign resize resolve restart
        restore restrict resubmit retain retire retract retrigger retry reverse revert revise revive revoke rewind
        rewrite rm rmdir rollback rotate rpush sadd sanitize save scroll scrub seal sell send settle setup shell
        ship shred shrink shuffle shut shutdown sign signup skip snooze spawn spin split ssh start steal stop strip submit
        subscribe substitute succeed sudo supersede suppress suspend swap swipe switchover sync synchronise
        synchronize takeover tamper tap teach tear tell terminate throttle toggle topup transcode transform transmit
        transpose trim truncate tune turn unarchive unassign unban unbind unblock uncancel uncomplete undelete
        undeploy undo unfollow unfreeze unhide uninstall unlink unload unlock unmount unmute unpause unpin unprotect
        unpublish unregister unresolve unseal unset unshare unstar unsubscribe unsuspend untag unzip update upgrade
        upsert upvote void vote wake warmup wipe withdraw withhold write xadd zadd
        """
    )

    /// Verbs that write, and nouns after another verb: `run` and `get_run`, `share` and `list_share`.
    static let verbal = words(
        """
        archive assay back backup beep bid blink boost bounce build callback capture cast challenge change checkout
        claim commission compact conclude control convert copy crop dim drain draw empty encode end eval exchange
        exempt exercise export fax feed fill filter fire fix flag flash flow force fork frame grant guard handle
        help import invite launch leave like load lock mail mount open operate override pack pass place plant play
        poll post press print process proxy pull purchase purpose push put rank rate react recall recruit reference
        refund regard reimport relay repair reply repost request rescue research respond rest resume return
        revalidate reward ring roll run say scale scan select sequence set share shelve shift silence sleep sort
        sound spend stage stamp store suggest supply switch take test touch trade train transit transition translate
        trap trash travel trigger trust try type upload use validate value verify wait walk warm watch zip
        """
    )

    /// Nouns that are verbs too: `order` and `comment` alone may well be the thing that is looked at.
    static let nominal = words(
        """
        access action address alert answer appeal audit award balance bill block board bookmark branch brand bundle
        cache call campaign card case chain channel charge chat checkpoint cluster code comment commit contact
        contract cover credit damage date deal debug delay deposit design detail direct discount document draft
        effect email fee file form format front fund graph group guide hash hold hook host index influence input
        interview invoice issue job judge label lease limit link log loop mandate map match merge message mirror
        model monitor name network note notice offer order output package page partition patch payment payout permit
        phone pin plan point pool port power practice present price probe profile program project question queue
        quote rating reason receipt record referral release report result review risk roster route rule sample
        sandbox schedule scope score screen script seed segment sense service shop source sponsor star state step
        stock stream style support surprise survey table tag target task tax template text thread ticket time tip
        title token top trace track transfer treat trial tunnel unit version visit warehouse weight wire witness
        work wrap zone
        """
    )

    /// Words that begin like a verb done again, and name things.
    private static let nounsThatLookDerived = words(
        """
        concise default degree dereference design desk detail device disguise dispute district enterprise exercise
        expertise franchise merchandise noise otherwise paradise precise premise prize promise reality reason record
        reference referral region relay release remote reply report request research reset resolution resource rest
        result return revenue review reward rise size treatise union unique unit university
        """
    )

    /// What follows a verb that is the name of a thing: the update's status, the deletion's log.
    static let thingsAboutActions = words(
        """
        approval approvals attempt attempts batch batches cadence candidate candidates capabilities capability class
        classes code codes condition conditions config configs configuration configurations constraint constraints
        context cost costs count counts criteria data date dates deadline defaults definition definitions detail
        details duration error errors event events example examples failure failures field fields filter filters
        flow flows form format formats frequency group groups guide history hook hooks id ids info information
        instance instances instructions interval item items job jobs key keys kind kinds level limit limits link
        links list lists log logs marker markers message messages meta metadata method methods metric metrics mode
        modes name names note notes notification notifications number numbers object objects operation operations
        option options order orders parameter parameters path paths payload permission permissions plan plans point
        points policies policy preview priority process processes progress properties property quota quotas quote
        quotes reason reasons record records report reports request requests requirement requirements response
        responses result results role roles rule rules schedule schedules schema schemas scope scopes setting
        settings setup source sources stat state states statistics stats status statuses step steps strategy
        summaries summary target targets task tasks template templates time timeline times timestamp token tokens
        type types uri uris url urls usage user users value values version versions view views window windows
        workflow workflows
        """
    )
}
