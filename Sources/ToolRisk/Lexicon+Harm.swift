/// Words that say how much harm a writing tool can do.
extension Lexicon {
    /// Verbs after which something is gone.
    static let destroying = words(
        """
        clear decommission del delete destroy discard drop empty erase expunge flush nuke prune purge remove rm rmdir
        shred terminate trash truncate uninstall wipe
        """
    )

    /// Of those, the ones that also just take something off something else.
    static let detaching = words("clear discard del drop empty flush remove rm trash uninstall")

    /// Things whose loss is mended in a minute: deleting one is an ordinary change.
    static let lightThings = words(
        """
        alias annotation assignee association attachment attribute bookmark category cell column comment cookie cursor
        draft emoji favorite favourite filter flag follow follower highlight hint icon label like link mark marker
        member membership mention message metadata milestone note notification observation option override participant
        photo picture pin preference presence reaction recipient relation reminder reply review reviewer row session
        shift star sticker subscriber subtask tag thread topic vote watcher widget
        """
    )

    /// Things that hold others: whoever drops or empties one loses all of them.
    static let containers = words(
        """
        account bucket cluster collection database db disk filesystem index keyspace mailbox namespace organization
        partition project queue repo repository schema store table tenant topic volume workspace
        """
    )

    /// Verbs that move money by themselves.
    static let paying = words(
        """
        buy charge debit disburse donate pay payout purchase refund reimburse sell spend topup withdraw
        """
    )

    /// Things that are money, or a claim to it.
    static let money = words(
        """
        bank billing cash charge charges checkout coupon credit credits debit deposit deposits dispute disputes donation
        donations dividend fee fees fund funds giftcard invoice invoices ledger loan loans mandate money payable payables
        payment payments paymentintent payout payouts payroll price prices pricing purchase purchases receivable refund
        refunds reimbursement salary settlement settlements tax taxes tip tips trade trades transaction transactions
        transfer transfers wallet wallets wire withdrawal withdrawals
        """
    )

    /// Of those, the ones that also name what has nothing to do with money: a file transfer, a database transaction.
    static let moneyOrNot = words(
        """
        bank charge checkout credit credits deposit dispute disputes fund mandate tip tips trade transaction
        transactions transfer transfers wire
        """
    )

    /// Who may do what: changing these is never an ordinary change.
    static let authority = words(
        """
        acl acls admin admins administrator administrators authority credential credentials entitlement entitlements
        firewall iam impersonation keypair kms mfa owner owners ownership passkey passphrase password passwords permission
        permissions policies policy privilege privileges rbac role roles rolebinding rolebindings scopes clusterrole
        clusterrolebinding saml scim secret secrets sso superuser totp
        """
    )

    /// Policies of these say what happens when, not who may do what.
    static let plainPolicies = words(
        """
        alert backup cascade escalation hold lifecycle notification refund retention return rollout scaling shipping
        storage
        """
    )

    /// What is administered: accounts, their members, and how they are set up.
    static let administration = words(
        """
        account accounts admin admins audit certificate certificates collaborator collaborators cluster clusters config
        configuration database databases deployment deployments dns domain domains environment environments grant grants
        group groups identity invitation invitations invite key keys license licenses machine machines member members
        membership memberships namespace namespaces node nodes org organisation organisations organization organizations
        plugin plugins policies policy protection rules secret security server servers session sessions setting settings
        sshkey subaccount team teams tenant tenants token tokens user users usergroup usergroups variable variables
        visibility vpc webhook webhooks workspace workspaces
        """
    )

    /// Verbs that do whatever their argument says.
    static let executing = words("eval evaluate exec execute invoke run shell ssh sudo spawn")
    /// What such an argument is.
    static let programs = words(
        "bash cmd code command commands powershell process program python script scripts shell sql statement terminal"
    )
    /// Doors into a running machine.
    static let doors = words("attach exec portforward proxy shell ssh terminal tunnel")
    /// Words for a door that is open.
    static let passages = words("channel channels connection connections session sessions")

    /// What a value is called that opens something by itself.
    static let credentials = words(
        "credential credentials passphrase password passwords secret secrets kubeconfig unlockkey"
    )

    /// The same in two words.
    static let credentialPairs: Set = [
        ["access", "token"], ["api", "key"], ["connection", "string"], ["private", "key"], ["refresh", "token"],
        ["secret", "key"], ["signing", "key"],
    ]
}
