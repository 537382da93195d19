// Rows of the reference vectors for optimizers, schedules, clipping, initialisers, and training with them.
import type { Row } from "../calls.ts";
import { fans, gain } from "../initialisers.ts";
import { clipNorm, clipValue, OPTIMIZERS, optimize, optimizeGroups, optimizeQuadratic } from "../optimizers.ts";
import { SCHEDULES, schedule } from "../schedules.ts";
import { trainCnn, trainMlp, trainVae } from "../train.ts";

export const rows: Record<string, Row> = {
  ...Object.fromEntries(
    Object.entries(OPTIMIZERS).map(([op, name]) => [op, { names: [`optim.${name}`], call: optimize }]),
  ),
  param_groups: { names: ["optim.SGD"], call: optimizeGroups },
  lbfgs: { names: ["optim.LBFGS"], call: optimizeQuadratic },
  clip_grad_norm: { names: ["optim.clipGradNorm"], call: clipNorm },
  clip_grad_value: { names: ["optim.clipGradValue"], call: clipValue },

  ...Object.fromEntries(Object.keys(SCHEDULES).map((op) => [op, { names: [`optim.${op}`], call: schedule }])),

  calculate_gain: { names: ["nn.init.calculateGain"], call: gain },
  fans: { names: ["nn.init.fans"], call: fans },

  cnn: { names: ["nn.BatchNorm2d"], call: trainCnn },
  mlp: { names: ["nn.Linear"], call: trainMlp },
  vae: { names: ["bceWithLogits"], call: trainVae },
};
