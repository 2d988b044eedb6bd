"""Generated from schemas/plan.v1.schema.json by tools/build_validators.py; do not edit."""

import re

NoneType = type(None)


class Rejected(Exception):
    """The value does not have the right shape."""


def validate(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['plan_version', 'spec', 'cluster', 'relion', 'jobs']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'plan_version' in data_keys:
            data_keys.remove('plan_version')
            data__planversion = data['plan_version']
            if not (isinstance(data__planversion, (int, float)) and (not isinstance(data__planversion, bool)) and (data__planversion == 1)):
                raise Rejected
        if 'spec' in data_keys:
            data_keys.remove('spec')
            data__spec = data['spec']
            if not isinstance(data__spec, str):
                raise Rejected
            if isinstance(data__spec, str):
                data__spec_len = len(data__spec)
                if data__spec_len < 1:
                    raise Rejected
        if 'cluster' in data_keys:
            data_keys.remove('cluster')
            data__cluster = data['cluster']
            if not isinstance(data__cluster, str):
                raise Rejected
            if isinstance(data__cluster, str):
                data__cluster_len = len(data__cluster)
                if data__cluster_len < 1:
                    raise Rejected
        if 'relion' in data_keys:
            data_keys.remove('relion')
            data__relion = data['relion']
            if not isinstance(data__relion, str):
                raise Rejected
            if isinstance(data__relion, str):
                data__relion_len = len(data__relion)
                if data__relion_len < 1:
                    raise Rejected
        if 'jobs' in data_keys:
            data_keys.remove('jobs')
            data__jobs = data['jobs']
            if not isinstance(data__jobs, dict):
                raise Rejected
            data__jobs_is_dict = isinstance(data__jobs, dict)
            if data__jobs_is_dict:
                data__jobs_keys = set(data__jobs.keys())
                for data__jobs_key in data__jobs_keys:
                    if data__jobs_key not in []:
                        data__jobs_value = data__jobs.get(data__jobs_key)
                        validate___definitions_job(data__jobs_value)
        if data_keys:
            raise Rejected
    return data

def validate___definitions_job(data):
    if not isinstance(data, dict):
        raise Rejected
    try:
        data_is_dict = isinstance(data, dict)
        if data_is_dict:
            data__missing_keys = set(['mem_per_cpu_mib', 'mem_per_node_mib']) - data.keys()
            if data__missing_keys:
                raise Rejected
    except Rejected:
        pass
    else:
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['type', 'output', 'after', 'interactive', 'mode', 'placement', 'partition', 'constraint', 'node_type', 'nodes', 'ntasks', 'slots', 'ntasks_per_node', 'cpus_per_task', 'cpus_per_slot', 'cpus_per_node', 'threads', 'use_gpu', 'gpu_type', 'gpus_per_node', 'gpu_ids', 'scratch_gib', 'scratch_dir', 'time_s', 'exclusive', 'leader_group', 'node', 'memory_per_rank', 'memory_leader', 'memory_fullest_node_gib', 'memory_fullest_node_assumed_gib', 'vram_per_worker', 'vram_per_gpu_gib', 'workers_per_gpu', 'idle_cpus', 'billing_per_hour', 'scratch_per_node', 'ranks', 'not_checked']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'type' in data_keys:
            data_keys.remove('type')
            data__type = data['type']
            if not isinstance(data__type, str):
                raise Rejected
            if isinstance(data__type, str):
                data__type_len = len(data__type)
                if data__type_len < 1:
                    raise Rejected
        if 'output' in data_keys:
            data_keys.remove('output')
            data__output = data['output']
            if not isinstance(data__output, str):
                raise Rejected
            if isinstance(data__output, str):
                data__output_len = len(data__output)
                if data__output_len < 1:
                    raise Rejected
        if 'after' in data_keys:
            data_keys.remove('after')
            data__after = data['after']
            if not isinstance(data__after, (list, tuple)):
                raise Rejected
            data__after_is_list = isinstance(data__after, (list, tuple))
            if data__after_is_list:
                data__after_len = len(data__after)
                for data__after_x, data__after_item in enumerate(data__after):
                    if not isinstance(data__after_item, str):
                        raise Rejected
        if 'interactive' in data_keys:
            data_keys.remove('interactive')
            data__interactive = data['interactive']
            if not isinstance(data__interactive, bool):
                raise Rejected
        if 'mode' in data_keys:
            data_keys.remove('mode')
            data__mode = data['mode']
            if not (isinstance(data__mode, str) and data__mode == 'heterogeneous' or (isinstance(data__mode, str) and data__mode == 'homogeneous') or (isinstance(data__mode, str) and data__mode == 'homogeneous+1') or (isinstance(data__mode, str) and data__mode == 'hetjob') or (isinstance(data__mode, str) and data__mode == 'one-task-per-node')):
                raise Rejected
        if 'placement' in data_keys:
            data_keys.remove('placement')
            data__placement = data['placement']
            if not (isinstance(data__placement, str) and data__placement == 'exact' or (isinstance(data__placement, str) and data__placement == 'predicted')):
                raise Rejected
        if 'partition' in data_keys:
            data_keys.remove('partition')
            data__partition = data['partition']
            if not isinstance(data__partition, (str, NoneType)):
                raise Rejected
        if 'constraint' in data_keys:
            data_keys.remove('constraint')
            data__constraint = data['constraint']
            if not isinstance(data__constraint, (str, NoneType)):
                raise Rejected
        if 'node_type' in data_keys:
            data_keys.remove('node_type')
            data__nodetype = data['node_type']
            if not isinstance(data__nodetype, (str, NoneType)):
                raise Rejected
        if 'nodes' in data_keys:
            data_keys.remove('nodes')
            data__nodes = data['nodes']
            if not isinstance(data__nodes, int) and (not (isinstance(data__nodes, float) and data__nodes.is_integer())) or isinstance(data__nodes, bool):
                raise Rejected
            if isinstance(data__nodes, (int, float)) and (not isinstance(data__nodes, bool)):
                if data__nodes < 1:
                    raise Rejected
        if 'ntasks' in data_keys:
            data_keys.remove('ntasks')
            data__ntasks = data['ntasks']
            if not isinstance(data__ntasks, int) and (not (isinstance(data__ntasks, float) and data__ntasks.is_integer())) or isinstance(data__ntasks, bool):
                raise Rejected
            if isinstance(data__ntasks, (int, float)) and (not isinstance(data__ntasks, bool)):
                if data__ntasks < 1:
                    raise Rejected
        if 'slots' in data_keys:
            data_keys.remove('slots')
            data__slots = data['slots']
            if not isinstance(data__slots, int) and (not (isinstance(data__slots, float) and data__slots.is_integer())) or isinstance(data__slots, bool):
                raise Rejected
            if isinstance(data__slots, (int, float)) and (not isinstance(data__slots, bool)):
                if data__slots < 1:
                    raise Rejected
        if 'ntasks_per_node' in data_keys:
            data_keys.remove('ntasks_per_node')
            data__ntaskspernode = data['ntasks_per_node']
            if not isinstance(data__ntaskspernode, int) and (not (isinstance(data__ntaskspernode, float) and data__ntaskspernode.is_integer())) or isinstance(data__ntaskspernode, bool):
                raise Rejected
            if isinstance(data__ntaskspernode, (int, float)) and (not isinstance(data__ntaskspernode, bool)):
                if data__ntaskspernode < 0:
                    raise Rejected
        if 'cpus_per_task' in data_keys:
            data_keys.remove('cpus_per_task')
            data__cpuspertask = data['cpus_per_task']
            if not isinstance(data__cpuspertask, int) and (not (isinstance(data__cpuspertask, float) and data__cpuspertask.is_integer())) or isinstance(data__cpuspertask, bool):
                raise Rejected
            if isinstance(data__cpuspertask, (int, float)) and (not isinstance(data__cpuspertask, bool)):
                if data__cpuspertask < 1:
                    raise Rejected
        if 'cpus_per_slot' in data_keys:
            data_keys.remove('cpus_per_slot')
            data__cpusperslot = data['cpus_per_slot']
            if not isinstance(data__cpusperslot, int) and (not (isinstance(data__cpusperslot, float) and data__cpusperslot.is_integer())) or isinstance(data__cpusperslot, bool):
                raise Rejected
            if isinstance(data__cpusperslot, (int, float)) and (not isinstance(data__cpusperslot, bool)):
                if data__cpusperslot < 1:
                    raise Rejected
        if 'cpus_per_node' in data_keys:
            data_keys.remove('cpus_per_node')
            data__cpuspernode = data['cpus_per_node']
            if not isinstance(data__cpuspernode, int) and (not (isinstance(data__cpuspernode, float) and data__cpuspernode.is_integer())) or isinstance(data__cpuspernode, bool):
                raise Rejected
            if isinstance(data__cpuspernode, (int, float)) and (not isinstance(data__cpuspernode, bool)):
                if data__cpuspernode < 1:
                    raise Rejected
        if 'threads' in data_keys:
            data_keys.remove('threads')
            data__threads = data['threads']
            if not isinstance(data__threads, int) and (not (isinstance(data__threads, float) and data__threads.is_integer())) or isinstance(data__threads, bool):
                raise Rejected
            if isinstance(data__threads, (int, float)) and (not isinstance(data__threads, bool)):
                if data__threads < 1:
                    raise Rejected
        if 'use_gpu' in data_keys:
            data_keys.remove('use_gpu')
            data__usegpu = data['use_gpu']
            if not isinstance(data__usegpu, bool):
                raise Rejected
        if 'gpu_type' in data_keys:
            data_keys.remove('gpu_type')
            data__gputype = data['gpu_type']
            if not isinstance(data__gputype, (str, NoneType)):
                raise Rejected
        if 'gpus_per_node' in data_keys:
            data_keys.remove('gpus_per_node')
            data__gpuspernode = data['gpus_per_node']
            if not isinstance(data__gpuspernode, int) and (not (isinstance(data__gpuspernode, float) and data__gpuspernode.is_integer())) or isinstance(data__gpuspernode, bool):
                raise Rejected
            if isinstance(data__gpuspernode, (int, float)) and (not isinstance(data__gpuspernode, bool)):
                if data__gpuspernode < 0:
                    raise Rejected
        if 'gpu_ids' in data_keys:
            data_keys.remove('gpu_ids')
            data__gpuids = data['gpu_ids']
            if not isinstance(data__gpuids, str):
                raise Rejected
        if 'mem_per_cpu_mib' in data_keys:
            data_keys.remove('mem_per_cpu_mib')
            data__mempercpumib = data['mem_per_cpu_mib']
            if not isinstance(data__mempercpumib, int) and (not (isinstance(data__mempercpumib, float) and data__mempercpumib.is_integer())) or isinstance(data__mempercpumib, bool):
                raise Rejected
            if isinstance(data__mempercpumib, (int, float)) and (not isinstance(data__mempercpumib, bool)):
                if data__mempercpumib < 0:
                    raise Rejected
        if 'mem_per_node_mib' in data_keys:
            data_keys.remove('mem_per_node_mib')
            data__mempernodemib = data['mem_per_node_mib']
            if not isinstance(data__mempernodemib, int) and (not (isinstance(data__mempernodemib, float) and data__mempernodemib.is_integer())) or isinstance(data__mempernodemib, bool):
                raise Rejected
            if isinstance(data__mempernodemib, (int, float)) and (not isinstance(data__mempernodemib, bool)):
                if data__mempernodemib < 0:
                    raise Rejected
        if 'scratch_gib' in data_keys:
            data_keys.remove('scratch_gib')
            data__scratchgib = data['scratch_gib']
            if not isinstance(data__scratchgib, int) and (not (isinstance(data__scratchgib, float) and data__scratchgib.is_integer())) or isinstance(data__scratchgib, bool):
                raise Rejected
            if isinstance(data__scratchgib, (int, float)) and (not isinstance(data__scratchgib, bool)):
                if data__scratchgib < 0:
                    raise Rejected
        if 'scratch_dir' in data_keys:
            data_keys.remove('scratch_dir')
            data__scratchdir = data['scratch_dir']
            if not isinstance(data__scratchdir, (str, NoneType)):
                raise Rejected
        if 'time_s' in data_keys:
            data_keys.remove('time_s')
            data__times = data['time_s']
            if not isinstance(data__times, (int, NoneType)) and (not (isinstance(data__times, float) and data__times.is_integer())) or isinstance(data__times, bool):
                raise Rejected
            if isinstance(data__times, (int, float)) and (not isinstance(data__times, bool)):
                if data__times < 1:
                    raise Rejected
        if 'exclusive' in data_keys:
            data_keys.remove('exclusive')
            data__exclusive = data['exclusive']
            if not isinstance(data__exclusive, bool):
                raise Rejected
        if 'leader_group' in data_keys:
            data_keys.remove('leader_group')
            data__leadergroup = data['leader_group']
            data__leadergroup_any_of_count1 = 0
            if not data__leadergroup_any_of_count1:
                try:
                    if not isinstance(data__leadergroup, NoneType):
                        raise Rejected
                    data__leadergroup_any_of_count1 += 1
                except Rejected:
                    pass
            if not data__leadergroup_any_of_count1:
                try:
                    validate___definitions_leader_group(data__leadergroup)
                    data__leadergroup_any_of_count1 += 1
                except Rejected:
                    pass
            if not data__leadergroup_any_of_count1:
                raise Rejected
        if 'node' in data_keys:
            data_keys.remove('node')
            data__node = data['node']
            if not isinstance(data__node, dict):
                raise Rejected
            data__node_is_dict = isinstance(data__node, dict)
            if data__node_is_dict:
                data__node__missing_keys = set(['cpus', 'memory_mib']) - data__node.keys()
                if data__node__missing_keys:
                    raise Rejected
                data__node_keys = set(data__node.keys())
                if 'cpus' in data__node_keys:
                    data__node_keys.remove('cpus')
                    data__node__cpus = data__node['cpus']
                    if not isinstance(data__node__cpus, int) and (not (isinstance(data__node__cpus, float) and data__node__cpus.is_integer())) or isinstance(data__node__cpus, bool):
                        raise Rejected
                    if isinstance(data__node__cpus, (int, float)) and (not isinstance(data__node__cpus, bool)):
                        if data__node__cpus < 0:
                            raise Rejected
                if 'memory_mib' in data__node_keys:
                    data__node_keys.remove('memory_mib')
                    data__node__memorymib = data__node['memory_mib']
                    if not isinstance(data__node__memorymib, int) and (not (isinstance(data__node__memorymib, float) and data__node__memorymib.is_integer())) or isinstance(data__node__memorymib, bool):
                        raise Rejected
                    if isinstance(data__node__memorymib, (int, float)) and (not isinstance(data__node__memorymib, bool)):
                        if data__node__memorymib < 0:
                            raise Rejected
                if data__node_keys:
                    raise Rejected
        if 'memory_per_rank' in data_keys:
            data_keys.remove('memory_per_rank')
            data__memoryperrank = data['memory_per_rank']
            if not isinstance(data__memoryperrank, (list, tuple)):
                raise Rejected
            data__memoryperrank_is_list = isinstance(data__memoryperrank, (list, tuple))
            if data__memoryperrank_is_list:
                data__memoryperrank_len = len(data__memoryperrank)
                for data__memoryperrank_x, data__memoryperrank_item in enumerate(data__memoryperrank):
                    validate___definitions_term(data__memoryperrank_item)
        if 'memory_leader' in data_keys:
            data_keys.remove('memory_leader')
            data__memoryleader = data['memory_leader']
            if not isinstance(data__memoryleader, (list, tuple)):
                raise Rejected
            data__memoryleader_is_list = isinstance(data__memoryleader, (list, tuple))
            if data__memoryleader_is_list:
                data__memoryleader_len = len(data__memoryleader)
                for data__memoryleader_x, data__memoryleader_item in enumerate(data__memoryleader):
                    validate___definitions_term(data__memoryleader_item)
        if 'vram_per_worker' in data_keys:
            data_keys.remove('vram_per_worker')
            data__vramperworker = data['vram_per_worker']
            if not isinstance(data__vramperworker, (list, tuple)):
                raise Rejected
            data__vramperworker_is_list = isinstance(data__vramperworker, (list, tuple))
            if data__vramperworker_is_list:
                data__vramperworker_len = len(data__vramperworker)
                for data__vramperworker_x, data__vramperworker_item in enumerate(data__vramperworker):
                    validate___definitions_term(data__vramperworker_item)
        if 'vram_per_gpu_gib' in data_keys:
            data_keys.remove('vram_per_gpu_gib')
            data__vrampergpugib = data['vram_per_gpu_gib']
            if not isinstance(data__vrampergpugib, (int, float, NoneType)) or isinstance(data__vrampergpugib, bool):
                raise Rejected
            if isinstance(data__vrampergpugib, (int, float)) and (not isinstance(data__vrampergpugib, bool)):
                if data__vrampergpugib < 0:
                    raise Rejected
        if 'workers_per_gpu' in data_keys:
            data_keys.remove('workers_per_gpu')
            data__workerspergpu = data['workers_per_gpu']
            if not isinstance(data__workerspergpu, int) and (not (isinstance(data__workerspergpu, float) and data__workerspergpu.is_integer())) or isinstance(data__workerspergpu, bool):
                raise Rejected
            if isinstance(data__workerspergpu, (int, float)) and (not isinstance(data__workerspergpu, bool)):
                if data__workerspergpu < 0:
                    raise Rejected
        if 'idle_cpus' in data_keys:
            data_keys.remove('idle_cpus')
            data__idlecpus = data['idle_cpus']
            if not isinstance(data__idlecpus, int) and (not (isinstance(data__idlecpus, float) and data__idlecpus.is_integer())) or isinstance(data__idlecpus, bool):
                raise Rejected
            if isinstance(data__idlecpus, (int, float)) and (not isinstance(data__idlecpus, bool)):
                if data__idlecpus < 0:
                    raise Rejected
        if 'billing_per_hour' in data_keys:
            data_keys.remove('billing_per_hour')
            data__billingperhour = data['billing_per_hour']
            if not isinstance(data__billingperhour, (int, float, NoneType)) or isinstance(data__billingperhour, bool):
                raise Rejected
            if isinstance(data__billingperhour, (int, float)) and (not isinstance(data__billingperhour, bool)):
                if data__billingperhour < 0:
                    raise Rejected
        if 'memory_fullest_node_assumed_gib' in data_keys:
            data_keys.remove('memory_fullest_node_assumed_gib')
            data__memoryfullestnodeassumedgib = data['memory_fullest_node_assumed_gib']
            if not isinstance(data__memoryfullestnodeassumedgib, (int, float, NoneType)) or isinstance(data__memoryfullestnodeassumedgib, bool):
                raise Rejected
            if isinstance(data__memoryfullestnodeassumedgib, (int, float)) and (not isinstance(data__memoryfullestnodeassumedgib, bool)):
                if data__memoryfullestnodeassumedgib < 0:
                    raise Rejected
        if 'memory_fullest_node_gib' in data_keys:
            data_keys.remove('memory_fullest_node_gib')
            data__memoryfullestnodegib = data['memory_fullest_node_gib']
            if not isinstance(data__memoryfullestnodegib, (int, float, NoneType)) or isinstance(data__memoryfullestnodegib, bool):
                raise Rejected
            if isinstance(data__memoryfullestnodegib, (int, float)) and (not isinstance(data__memoryfullestnodegib, bool)):
                if data__memoryfullestnodegib < 0:
                    raise Rejected
        if 'scratch_per_node' in data_keys:
            data_keys.remove('scratch_per_node')
            data__scratchpernode = data['scratch_per_node']
            if not isinstance(data__scratchpernode, (list, tuple)):
                raise Rejected
            data__scratchpernode_is_list = isinstance(data__scratchpernode, (list, tuple))
            if data__scratchpernode_is_list:
                data__scratchpernode_len = len(data__scratchpernode)
                for data__scratchpernode_x, data__scratchpernode_item in enumerate(data__scratchpernode):
                    validate___definitions_term(data__scratchpernode_item)
        if 'ranks' in data_keys:
            data_keys.remove('ranks')
            data__ranks = data['ranks']
            if not isinstance(data__ranks, (list, tuple)):
                raise Rejected
            data__ranks_is_list = isinstance(data__ranks, (list, tuple))
            if data__ranks_is_list:
                data__ranks_len = len(data__ranks)
                if data__ranks_len < 1:
                    raise Rejected
                for data__ranks_x, data__ranks_item in enumerate(data__ranks):
                    validate___definitions_rank(data__ranks_item)
        if 'reasons' in data_keys:
            data_keys.remove('reasons')
            data__reasons = data['reasons']
            if not isinstance(data__reasons, (list, tuple)):
                raise Rejected
            data__reasons_is_list = isinstance(data__reasons, (list, tuple))
            if data__reasons_is_list:
                data__reasons_len = len(data__reasons)
                for data__reasons_x, data__reasons_item in enumerate(data__reasons):
                    validate___definitions_reason(data__reasons_item)
        if 'not_checked' in data_keys:
            data_keys.remove('not_checked')
            data__notchecked = data['not_checked']
            if not isinstance(data__notchecked, (list, tuple)):
                raise Rejected
            data__notchecked_is_list = isinstance(data__notchecked, (list, tuple))
            if data__notchecked_is_list:
                data__notchecked_len = len(data__notchecked)
                for data__notchecked_x, data__notchecked_item in enumerate(data__notchecked):
                    if not isinstance(data__notchecked_item, str):
                        raise Rejected
        if data_keys:
            raise Rejected
    return data

def validate___definitions_reason(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['name', 'value', 'how', 'because']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'name' in data_keys:
            data_keys.remove('name')
            data__name = data['name']
            if not isinstance(data__name, str):
                raise Rejected
        if 'value' in data_keys:
            data_keys.remove('value')
            data__value = data['value']
            if not isinstance(data__value, str):
                raise Rejected
        if 'how' in data_keys:
            data_keys.remove('how')
            data__how = data['how']
            if not (isinstance(data__how, str) and data__how == 'pinned' or (isinstance(data__how, str) and data__how == 'forced') or (isinstance(data__how, str) and data__how == 'best')):
                raise Rejected
        if 'because' in data_keys:
            data_keys.remove('because')
            data__because = data['because']
            if not isinstance(data__because, str):
                raise Rejected
        if data_keys:
            raise Rejected
    return data

def validate___definitions_rank(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['rank', 'role', 'node', 'cpus', 'gpus']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'rank' in data_keys:
            data_keys.remove('rank')
            data__rank = data['rank']
            if not isinstance(data__rank, int) and (not (isinstance(data__rank, float) and data__rank.is_integer())) or isinstance(data__rank, bool):
                raise Rejected
            if isinstance(data__rank, (int, float)) and (not isinstance(data__rank, bool)):
                if data__rank < 0:
                    raise Rejected
        if 'role' in data_keys:
            data_keys.remove('role')
            data__role = data['role']
            if not (isinstance(data__role, str) and data__role == 'leader' or (isinstance(data__role, str) and data__role == 'worker') or (isinstance(data__role, str) and data__role == 'peer')):
                raise Rejected
        if 'node' in data_keys:
            data_keys.remove('node')
            data__node = data['node']
            if not isinstance(data__node, int) and (not (isinstance(data__node, float) and data__node.is_integer())) or isinstance(data__node, bool):
                raise Rejected
            if isinstance(data__node, (int, float)) and (not isinstance(data__node, bool)):
                if data__node < 0:
                    raise Rejected
        if 'cpus' in data_keys:
            data_keys.remove('cpus')
            data__cpus = data['cpus']
            if not isinstance(data__cpus, int) and (not (isinstance(data__cpus, float) and data__cpus.is_integer())) or isinstance(data__cpus, bool):
                raise Rejected
            if isinstance(data__cpus, (int, float)) and (not isinstance(data__cpus, bool)):
                if data__cpus < 1:
                    raise Rejected
        if 'gpus' in data_keys:
            data_keys.remove('gpus')
            data__gpus = data['gpus']
            if not isinstance(data__gpus, (list, tuple)):
                raise Rejected
            data__gpus_is_list = isinstance(data__gpus, (list, tuple))
            if data__gpus_is_list:
                data__gpus_len = len(data__gpus)
                for data__gpus_x, data__gpus_item in enumerate(data__gpus):
                    if not isinstance(data__gpus_item, int) and (not (isinstance(data__gpus_item, float) and data__gpus_item.is_integer())) or isinstance(data__gpus_item, bool):
                        raise Rejected
                    if isinstance(data__gpus_item, (int, float)) and (not isinstance(data__gpus_item, bool)):
                        if data__gpus_item < 0:
                            raise Rejected
        if data_keys:
            raise Rejected
    return data

def validate___definitions_term(data):
    if not isinstance(data, dict):
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['label', 'gib', 'formula']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'label' in data_keys:
            data_keys.remove('label')
            data__label = data['label']
            if not isinstance(data__label, str):
                raise Rejected
        if 'gib' in data_keys:
            data_keys.remove('gib')
            data__gib = data['gib']
            if not isinstance(data__gib, (int, float)) or isinstance(data__gib, bool):
                raise Rejected
        if 'formula' in data_keys:
            data_keys.remove('formula')
            data__formula = data['formula']
            if not isinstance(data__formula, str):
                raise Rejected
        if 'assumed' in data_keys:
            data_keys.remove('assumed')
            data__assumed = data['assumed']
            if not isinstance(data__assumed, bool):
                raise Rejected
        if data_keys:
            raise Rejected
    return data

def validate___definitions_leader_group(data):
    if not isinstance(data, dict):
        raise Rejected
    try:
        data_is_dict = isinstance(data, dict)
        if data_is_dict:
            data__missing_keys = set(['mem_per_cpu_mib', 'mem_per_node_mib']) - data.keys()
            if data__missing_keys:
                raise Rejected
    except Rejected:
        pass
    else:
        raise Rejected
    data_is_dict = isinstance(data, dict)
    if data_is_dict:
        data__missing_keys = set(['partition', 'constraint', 'node_type', 'cpus', 'scratch_gib', 'node']) - data.keys()
        if data__missing_keys:
            raise Rejected
        data_keys = set(data.keys())
        if 'partition' in data_keys:
            data_keys.remove('partition')
            data__partition = data['partition']
            if not isinstance(data__partition, (str, NoneType)):
                raise Rejected
        if 'constraint' in data_keys:
            data_keys.remove('constraint')
            data__constraint = data['constraint']
            if not isinstance(data__constraint, (str, NoneType)):
                raise Rejected
        if 'node_type' in data_keys:
            data_keys.remove('node_type')
            data__nodetype = data['node_type']
            if not isinstance(data__nodetype, (str, NoneType)):
                raise Rejected
        if 'cpus' in data_keys:
            data_keys.remove('cpus')
            data__cpus = data['cpus']
            if not isinstance(data__cpus, int) and (not (isinstance(data__cpus, float) and data__cpus.is_integer())) or isinstance(data__cpus, bool):
                raise Rejected
            if isinstance(data__cpus, (int, float)) and (not isinstance(data__cpus, bool)):
                if data__cpus < 1:
                    raise Rejected
        if 'mem_per_cpu_mib' in data_keys:
            data_keys.remove('mem_per_cpu_mib')
            data__mempercpumib = data['mem_per_cpu_mib']
            if not isinstance(data__mempercpumib, int) and (not (isinstance(data__mempercpumib, float) and data__mempercpumib.is_integer())) or isinstance(data__mempercpumib, bool):
                raise Rejected
            if isinstance(data__mempercpumib, (int, float)) and (not isinstance(data__mempercpumib, bool)):
                if data__mempercpumib < 0:
                    raise Rejected
        if 'mem_per_node_mib' in data_keys:
            data_keys.remove('mem_per_node_mib')
            data__mempernodemib = data['mem_per_node_mib']
            if not isinstance(data__mempernodemib, int) and (not (isinstance(data__mempernodemib, float) and data__mempernodemib.is_integer())) or isinstance(data__mempernodemib, bool):
                raise Rejected
            if isinstance(data__mempernodemib, (int, float)) and (not isinstance(data__mempernodemib, bool)):
                if data__mempernodemib < 0:
                    raise Rejected
        if 'scratch_gib' in data_keys:
            data_keys.remove('scratch_gib')
            data__scratchgib = data['scratch_gib']
            if not isinstance(data__scratchgib, int) and (not (isinstance(data__scratchgib, float) and data__scratchgib.is_integer())) or isinstance(data__scratchgib, bool):
                raise Rejected
            if isinstance(data__scratchgib, (int, float)) and (not isinstance(data__scratchgib, bool)):
                if data__scratchgib < 0:
                    raise Rejected
        if 'node' in data_keys:
            data_keys.remove('node')
            data__node = data['node']
            if not isinstance(data__node, dict):
                raise Rejected
            data__node_is_dict = isinstance(data__node, dict)
            if data__node_is_dict:
                data__node__missing_keys = set(['cpus', 'memory_mib']) - data__node.keys()
                if data__node__missing_keys:
                    raise Rejected
                data__node_keys = set(data__node.keys())
                if 'cpus' in data__node_keys:
                    data__node_keys.remove('cpus')
                    data__node__cpus = data__node['cpus']
                    if not isinstance(data__node__cpus, int) and (not (isinstance(data__node__cpus, float) and data__node__cpus.is_integer())) or isinstance(data__node__cpus, bool):
                        raise Rejected
                    if isinstance(data__node__cpus, (int, float)) and (not isinstance(data__node__cpus, bool)):
                        if data__node__cpus < 0:
                            raise Rejected
                if 'memory_mib' in data__node_keys:
                    data__node_keys.remove('memory_mib')
                    data__node__memorymib = data__node['memory_mib']
                    if not isinstance(data__node__memorymib, int) and (not (isinstance(data__node__memorymib, float) and data__node__memorymib.is_integer())) or isinstance(data__node__memorymib, bool):
                        raise Rejected
                    if isinstance(data__node__memorymib, (int, float)) and (not isinstance(data__node__memorymib, bool)):
                        if data__node__memorymib < 0:
                            raise Rejected
                if data__node_keys:
                    raise Rejected
        if data_keys:
            raise Rejected
    return data
