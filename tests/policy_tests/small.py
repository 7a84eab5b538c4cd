"""A policy of a few rules of every kind, and cases that guard some of it."""

POLICY = """\
policy: small
version: "1"
currency: CNY
timezone: Asia/Shanghai
terms:
  product_line: [desktop, notebook, server]
  document: [letter, order]
  partner_tier: [gold, silver]
roles:
  finance: {title: Finance}
  legal: {title: Legal}
derive:
  - field: line.target_margin
    type: rate
    hit: first
    columns: [line.product_line, value]
    rows:
      - [[desktop, notebook], 12%]
      - ["-", 18%]
  - {field: line.margin_gap, type: rate, formula: "line.margin - line.target_margin"}
price_approval:
  ladder:
    - {level: manager, title: Manager}
    - {level: director, title: Director}
  authority:
    columns: [id, level, line.discount, line.margin_gap]
    rows:
      - [A0, automatic, "<= 2%", ">= 0%"]
      - [A1, manager, "<= 10%", ">= -4%"]
      - [A2, director, "<= 40%", "-"]
  rules:
    - {id: long-credit, when: {deal.payment_days: "(30..60]"}, then: {also: finance}}
    - {id: late-credit, when: {deal.payment_days: "> 60"}, then: [{also: finance}, {raise: 1}]}
    - {id: free, when: {line.net_price: 0}, then: {reject: A line is free}}
  validity: 30d
special_orders:
  gates: [order, rebate]
  kinds:
    - {kind: deep, when: {line.discount: "> 10%"}}
  controls:
    - {id: letter, kind: deep, at: order, then: {document: letter}}
    - {id: sample, kind: deep, at: rebate, then: {audit: 10%}}
deal_registration:
  eligibility:
    - {id: idle, when: {claim.idle_days: "> 30"}, then: {reject: Idle}}
    - {id: odd, when: {any: [{partner.tier: silver, claim.evidence: "has none [letter]"}, {partner.suspended: true}]},
       then: {hold: Look at it}}
  priority:
    - {id: tier, best: partner.tier}
    - {id: first, earliest: claim.registered_at, within: 15m}
  protection:
    columns: [claim.estimated_value, protect, extend]
    rows:
      - ["< 1_000_000", 60d, 30d]
      - ["-", 90d, 45d]
"""

CASES = """\
given:
  submitter: {level: automatic}
  deal: {payment_days: 30}
  lines: [{product_line: desktop, quantity: 1, list_price: "1000.00", net_price: "900.00", unit_cost: "500.00"}]
as_of: 2026-11-21T09:00:00+08:00
cases:
  - name: ten percent is the manager's
    decide: price_approval
    expect: {outcome: requires_approval, level: manager, fired: [A1], blocked: [A0, long-credit]}
  - name: thirty percent is the director's, with finance when it is paid late
    decide: price_approval
    given:
      deal: {payment_days: 60}
      lines: [{product_line: server, quantity: 1, list_price: "1000.00", net_price: "700.00", unit_cost: "500.00"}]
    expect:
      level: director
      chain: [{step: 1, approvers: [{role: manager}]}, {step: 2, approvers: [{role: director}, {role: finance}]}]
  - name: a deep discount needs a letter
    decide: special-order
    given:
      order: {id: O-1, gate: order, evidence: []}
      lines: [{product_line: server, quantity: 1, list_price: "1000.00", net_price: "700.00", unit_cost: "500.00"}]
    expect: {outcome: held, controls: [{control: letter, met: false}]}
  - name: the earlier of two gold partners gets the deal
    decide: deal_registration
    given:
      claims:
        - {id: C-1, registered_at: "2026-11-20T09:00:00+08:00", updated_at: "2026-11-20T09:00:00+08:00",
           estimated_value: "500000.00", evidence: [letter], partner: {id: P-1, tier: gold, suspended: false}}
        - {id: C-2, registered_at: "2026-11-19T09:00:00+08:00", updated_at: "2026-11-20T09:00:00+08:00",
           estimated_value: "500000.00", evidence: [letter], partner: {id: P-2, tier: gold, suspended: false}}
    expect: {outcome: awarded, winner: C-2, decided_by: first}
"""
