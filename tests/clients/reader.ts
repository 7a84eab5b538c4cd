// What a caller does with decisions: if a type were loose, or wrong, this would not compile.
import type {
  BatchResults,
  DealRegistrationDecision,
  PartnerAllocationDecision,
  PriceApprovalDecision,
  SpecialOrderDecision,
} from "./client";

export function firstApprovers(decision: PriceApprovalDecision): string[] {
  return decision.result.chain.flatMap((step) => step.approvers.map((one) => one.role));
}

export function prices(decision: PriceApprovalDecision): Record<string, string> {
  return Object.fromEntries(
    decision.result.alternatives.flatMap((one) => (one.net_price === undefined ? [] : [[one.level, one.net_price]])),
  );
}

export function authority(decision: PriceApprovalDecision): (string | null)[] {
  return (decision.trace?.steps ?? []).flatMap((step) => (step.step === "authority" ? [step.level] : []));
}

export function missed(decision: PriceApprovalDecision): (string | undefined)[] {
  return (decision.trace?.rules ?? []).flatMap((rule) => rule.tests.map((test) => test.short_by));
}

export function open(decision: SpecialOrderDecision): (string | null)[] {
  return decision.result.controls.filter((one) => one.met !== true).map((one) => one.release);
}

export function lost(decision: DealRegistrationDecision): (string | null)[] {
  return decision.result.ranking.map((one) => one.lost_to);
}

export function points(decision: PartnerAllocationDecision): (string | null)[] {
  return decision.result.ranking.flatMap((one) => one.contributions.map((part) => part.score));
}

export function outcomes(batch: BatchResults): string[] {
  return batch.results.map((one) => ("decision" in one ? one.decision.outcome : one.problem.title));
}
